import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { word, type Shown } from '@/utils/words'
import type { Import } from './queries'

const words = zh.imports

const tones: Record<string, Tone> = {
  mapping: 'wait',
  previewing: 'moving',
  previewed: 'wait',
  running: 'moving',
  done: 'good',
  undoing: 'moving',
  undone: 'plain',
  dropped: 'plain',
}

const rowTones: Record<string, Tone> = {
  create: 'good',
  change: 'moving',
  same: 'plain',
  refuse: 'bad',
  created: 'good',
  changed: 'good',
  failed: 'bad',
  undone: 'plain',
  kept: 'warn',
}

export const importState = (state: string): Shown => ({ label: word(words.states, state), tone: tones[state] ?? 'plain' })

/** A sheet that is held against the register creates and changes nothing, so its rows are called otherwise. */
export const isCompare = (kind: string): boolean => kind !== 'register'

export const outcomeWords = (kind: string): Record<string, string> =>
  isCompare(kind) ? words.preview.compareOutcomes : words.preview.outcomes

export const resultWords = (kind: string): Record<string, string> => (isCompare(kind) ? words.preview.compareResults : words.preview.results)

/** What differs is to be looked at; what is the same is well. */
const compareTones: Record<string, Tone> = { create: 'warn', change: 'warn', same: 'good', refuse: 'bad', changed: 'warn', failed: 'bad' }

const tonesOf = (kind: string): Record<string, Tone> => (isCompare(kind) ? compareTones : rowTones)

export const rowOutcome = (kind: string, outcome: string): Shown => ({ label: word(outcomeWords(kind), outcome), tone: tonesOf(kind)[outcome] ?? 'plain' })

export const rowResult = (kind: string, result: string): Shown => ({ label: word(resultWords(kind), result), tone: tonesOf(kind)[result] ?? 'plain' })

/** What came of an import, in one sentence; empty before anything did. */
export function sayResult(one: Import): string {
  if (one.state === 'undone') return words.run.undone(one.kept)
  if (one.state !== 'done') return ''
  return isCompare(one.kind) ? words.run.compared(one.changed) : words.run.done(one.created, one.changed, one.failed + one.refused)
}
