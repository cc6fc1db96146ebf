import type { DeliveryStep } from './queries'

/** A line of a journal that may stand for several. */
export interface Line {
  /** The first of them. */
  step: DeliveryStep
  times: number
  /** When the last of them was. */
  until: number
}

/** The lines of a journal; what happened again and again in the same way is one line. */
export function folded(steps: readonly DeliveryStep[]): Line[] {
  const lines: Line[] = []
  for (const step of steps) {
    const last = lines.at(-1)
    const again = last && step.outcome !== 'done' && (['name', 'outcome', 'code', 'sentence'] as const).every((key) => last.step[key] === step[key])
    if (again) Object.assign(last, { times: last.times + 1, until: step.at })
    else lines.push({ step, times: 1, until: step.at })
  }
  return lines
}
