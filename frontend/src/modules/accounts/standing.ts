import { zh } from '@/locales/zh-CN'
import { formatDate, formatSpan, formatTime } from '@/utils/time'
import { freshness, type Shown } from '@/utils/words'
import type { Clock, Standing } from './queries'

const day = 24 * 60 * 60_000

/** A due time the way regulations count: the first instant of a day is 24:00 of the day before. */
export function sayDue(due: number): string {
  const text = formatTime(due)
  return text.endsWith(' 00:00') ? `${formatDate(due - day)} 24:00` : text
}

/** What is due within so many days stands out, as the board counts it. Our own figure, no regulation's. */
export const soonDays = 3

/** The word and tone of a standing. The server's own label wins, as it knows more than the code; only what is due soon is called so. */
export function shownStanding(standing: Standing): Shown {
  const { tone } = freshness(standing.status)
  const soon = tone === 'good' && standing.due_at !== null && standing.remaining_ms <= soonDays * day
  return soon ? { label: zh.dashboard.counts.due_soon, tone: 'warn' } : { label: standing.label, tone }
}

/** The word and tone of a clock; one whose duty is done counts nothing any more. */
export function shownClock(clock: Clock): Shown {
  return clock.done_at === null ? shownStanding(clock.standing) : { label: zh.accounts.clockDone, tone: 'plain' }
}

/** How an account stands, in one sentence with its clause: 正常，截止 2026-03-09 09:00（潼南 2022 第21条（六））. */
export function sayStanding(standing: Standing): string {
  const due = standing.due_at === null ? '' : `，${zh.accounts.due(sayDue(standing.due_at))}`
  const basis = standing.citation ? `（${standing.citation}）` : ''
  return standing.label + due + basis
}

/** What is left, or how far past it is, at a moment; empty where nothing is due. */
export function sayRemaining(standing: Standing, now: number): string {
  if (standing.due_at === null) return ''
  const left = standing.due_at - now
  return left > 0 ? zh.accounts.left(formatSpan(left)) : zh.accounts.over(formatSpan(left))
}
