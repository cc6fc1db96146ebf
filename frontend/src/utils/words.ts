import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'

/** The word for a code; a code without a word shows as it is, so that nothing is hidden. */
export function word(words: Record<string, string>, code: string): string {
  return words[code] ?? code
}

const articleTones: Record<string, Tone> = {
  draft: 'plain',
  signing: 'moving',
  returned: 'warn',
  signed: 'wait',
  scheduled: 'good',
  discarded: 'plain',
}

const deliveryTones: Record<string, Tone> = {
  scheduled: 'wait',
  prepared: 'moving',
  submitted: 'moving',
  published: 'good',
  failed: 'bad',
  unknown: 'warn',
  cancelled: 'plain',
  retracted: 'plain',
  held: 'warn',
}

const accountTones: Record<string, Tone> = { applying: 'wait', in_use: 'good', suspended: 'warn', closed: 'plain' }

const statusTones: Record<string, Tone> = {
  ok: 'good',
  stale: 'bad',
  no_rule: 'plain',
  calendar_pending: 'wait',
  unknown: 'warn',
  suspended: 'wait',
  not_in_use: 'plain',
}

/** A word and the tone it is shown in, ready for StateTag. */
export interface Shown {
  label: string
  tone: Tone
}

export const articleState = (state: string): Shown => ({
  label: word(zh.words.articleStates, state),
  tone: articleTones[state] ?? 'plain',
})

export const deliveryState = (state: string): Shown => ({
  label: word(zh.words.deliveryStates, state),
  tone: deliveryTones[state] ?? 'plain',
})

export const accountState = (state: string): Shown => ({
  label: word(zh.words.accountStates, state),
  tone: accountTones[state] ?? 'plain',
})

export const freshness = (status: string): Shown => ({
  label: word(zh.words.statuses, status),
  tone: statusTones[status] ?? 'plain',
})

export const platformName = (platform: string): string => word(zh.words.platforms, platform)
export const kindName = (kind: string): string => word(zh.words.kinds, kind)
export const columnKindName = (kind: string): string => word(zh.words.columnKinds, kind)

/** The options of a choice, from its words. */
export function optionsOf(words: Record<string, string>): { value: string; label: string }[] {
  return Object.entries(words).map(([value, label]) => ({ value, label }))
}

/** A name set in by its depth, for a tree shown as the options of a choice. */
export const indented = (name: string, depth: number): string => '\u3000'.repeat(depth) + name
