import { zh } from '@/locales/zh-CN'
import { formatDate } from '@/utils/time'
import type { Rejudgement } from './queries'

/** What a finished change is answered with: saved, and when the accounts are judged anew. */
export function sayRejudged(made: { rejudgement: Rejudgement | null }, from: string, now = Date.now()): string {
  if (!made.rejudgement) return zh.rulebooks.amend.saved
  return from > formatDate(now) ? zh.rulebooks.amend.savedLater(from) : zh.rulebooks.amend.savedJudging
}

/** The rejudgements that are running or waiting; what waits for a day far off comes after what runs. */
export function shownRejudgements(list: readonly Rejudgement[], now: number): Rejudgement[] {
  return list
    .filter((one) => one.finished_at === null)
    .sort((a, b) => Number(a.due_at > now) - Number(b.due_at > now) || a.due_at - b.due_at)
}

/** Whether one of them should be under way, so that it is worth asking again soon. */
export const isMoving = (list: readonly Rejudgement[], now: number): boolean =>
  list.some((one) => one.finished_at === null && one.due_at <= now)

/** The share that was looked at, in whole percent; 100 only when all was. */
export function shareOf(one: Pick<Rejudgement, 'looked' | 'total'>): number {
  return one.total > 0 ? Math.min(100, Math.floor((100 * one.looked) / one.total)) : 0
}
