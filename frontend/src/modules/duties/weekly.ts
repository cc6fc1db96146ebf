import { zh } from '@/locales/zh-CN'
import { soonDays } from '@/modules/accounts/standing'
import { formatDate, formatTime } from '@/utils/time'
import type { WeekClock, WeekThing } from './queries'

const day = 24 * 60 * 60_000

/** What must stand for a while: its end is no limit that somebody may miss. */
const waits = ['public_notices', 'retention']

/** How a clock of the list is coloured. */
export function shownClock(clock: Pick<WeekClock, 'section' | 'due_at' | 'over_ms' | 'remaining_ms'>): 'late' | 'soon' | 'ok' | 'pending' {
  if (clock.due_at === null) return 'pending'
  if (clock.over_ms > 0) return 'late'
  return clock.remaining_ms <= soonDays * day && !waits.includes(clock.section) ? 'soon' : 'ok'
}

/** By when, the way regulations count: an end of day is 24:00 of that day, not 0:00 of the next. */
export function sayClockDue(clock: WeekClock): string {
  if (clock.due_at === null) return zh.duties.pending
  const text = clock.end_of_day ? `${formatDate(clock.due_at - 1)} 24:00` : formatTime(clock.due_at)
  return zh.duties.dueAt(text)
}

/** Where something is done about a line of the list; null where there is no page of its own. */
export function linkOf(thing: Pick<WeekThing, 'subject_kind' | 'subject_id'>, unitId: string): string | null {
  switch (thing.subject_kind) {
    case 'account':
      return `/accounts/${thing.subject_id}`
    case 'matter':
      return `/matters/${thing.subject_id}`
    case 'unit':
      return `/periods?unit_id=${unitId}`
    case 'person':
      return '/password'
  }
  return null
}
