import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { word, type Shown } from '@/utils/words'
import type { Difference, DifferenceCount } from './queries'

const words = zh.reconcile

const tones: Record<string, Tone> = {
  missing: 'bad',
  unknown: 'warn',
  renamed: 'bad',
  closed: 'warn',
  open: 'warn',
  subject: 'bad',
  duplicate: 'warn',
  differs: 'plain',
}

export const differenceKind = (kind: string): Shown => ({ label: word(words.kinds, kind), tone: tones[kind] ?? 'plain' })

/** The fields of both sides, each once and in the order of the form: what only one side says stands beside a blank. */
export function sides(one: Pick<Difference, 'ours' | 'theirs'>, order: readonly string[] = []): { field: string; ours: string; theirs: string }[] {
  const names = [...new Set([...Object.keys(one.ours ?? {}), ...Object.keys(one.theirs ?? {})])]
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return names.sort((a, b) => place(a) - place(b)).map((field) => ({ field, ours: one.ours?.[field] ?? '', theirs: one.theirs?.[field] ?? '' }))
}

/** How many differences of each kind there are under the rest of the filter, in the order of the words. */
export function countsOf(counts: readonly DifferenceCount[], source: string, state: string): { kind: string; count: number }[] {
  return Object.keys(words.kinds)
    .map((kind) => ({
      kind,
      count: counts
        .filter((one) => one.kind === kind && one.state === state && (source === '' || one.source === source))
        .reduce((sum, one) => sum + one.n, 0),
    }))
    .filter(({ count }) => count > 0)
}

/** The ways of settling that all of some differences allow. */
export function commonActions(items: readonly Pick<Difference, 'actions'>[]): string[] {
  const [first, ...rest] = items
  return (first?.actions ?? []).filter((action) => rest.every((one) => (one.actions ?? []).includes(action)))
}
