import { zh } from '@/locales/zh-CN'
import { formatDate, formatTime } from '@/utils/time'
import { word } from '@/utils/words'
import type { Sending } from './queries'

const words = zh.deliveries.mass

export type Choice = 'mass' | 'publish'

/** Whether nothing is left of the span in which WeChat counts. */
export const isSpent = (sending: Pick<Sending, 'used' | 'most'>): boolean => sending.used >= sending.most

/** From when it goes on, once nothing is left: the day after the span. */
export const untilLine = (sending: Pick<Sending, 'until'>): string => formatDate(sending.until)

/** How many sendings are used and left, of the span in which the delivery is due: today's, or that of a day to come. */
export function quotaLine(sending: Pick<Sending, 'used' | 'most' | 'until' | 'window'>, due: number, now = Date.now()): string {
  const span = due > now ? word({ day: words.dueDay, month: words.dueMonth }, sending.window) : word(words.windows, sending.window)
  return words.used(span, sending.used, sending.most)
}

/** What was decided, by whom and when. */
export function decisionLine(sending: Pick<Sending, 'choice' | 'decided_by' | 'decided_at'>): string {
  if (!sending.choice) return words.undecided
  return words.decided(sending.decided_by, formatTime(sending.decided_at), word(words.choices, sending.choice))
}

/** The choice that is sent, or what is missing: to all followers only with a word that it was looked over. */
export function massForm(choice: Choice | '', understood: boolean): { choice?: Choice; errors: { choice?: string; understood?: string } } {
  if (choice === '') return { errors: { choice: words.chooseFirst } }
  if (choice === 'mass' && !understood) return { errors: { understood: words.understoodFirst } }
  return { choice, errors: {} }
}

/** What is said after a decision: it goes on at once, or at its time. */
export const doneWord = (choice: Choice, due: number, now: number): string => word(due > now ? words.doneEarly : words.done, choice)
