import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { formatDate } from '@/utils/time'
import { word } from '@/utils/words'
import type { Rulebook } from './queries'

const tones: Record<string, Tone> = {
  waiting: 'wait',
  in_force: 'good',
  overridden: 'warn',
  dormant: 'warn',
  ended: 'plain',
  withdrawn: 'plain',
}

export const termTone = (state: string): Tone => tones[state] ?? 'plain'

/** A use without a beginning holds since ever; its instant is 0. */
const since = (from: number): string => (from > 0 ? formatDate(from) : '')

/** From when until when something holds: 2026-11-22 起，到 2027-01-01 前. */
export function sayTerm(from: number, until: number | null | undefined): string {
  const words = zh.rulebooks.choices
  const begins = since(from) ? words.fromOn(since(from)) : words.sinceEver
  return until === null || until === undefined ? begins : `${begins}，${words.before(formatDate(until))}`
}

type Held = NonNullable<Rulebook['in_force']>

/** How a unit works under a rulebook, now and next, in a sentence; without the layer where that stands beside it. */
export function sayHeld(now: Held | null, next: Held | null, unitId: string, withLayer = true): string {
  const words = zh.rulebooks.uses
  const said = (held: Held, layer = true): string =>
    [
      layer ? word(words.layers, held.layer) : '',
      sayTerm(held.since, held.until),
      held.unit_id === unitId ? '' : words.inherited(held.unit_name),
    ].filter(Boolean).join('，')
  const parts = [now ? said(now, withLayer) : words.notUsed, next ? `${words.next}${said(next)}` : '']
  return parts.filter(Boolean).join('；')
}
