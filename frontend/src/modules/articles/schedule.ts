import { beijingInstant, formatDate } from '@/utils/time'

const day = 24 * 60 * 60_000

/** Tomorrow at 10:30 in Beijing, the quick choice of an office. */
export function tomorrowMorning(now: number): number {
  const [year, month, date] = formatDate(now + day).split('-').map(Number) as [number, number, number]
  return beijingInstant(year, month, date, 10, 30)
}

/** The instant that `2026-11-23T10:30`, typed as Beijing time, means; null when it is no time. */
export function readBeijing(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})/.exec(text)
  if (!match) return null
  const [year, month, date, hours, minutes] = match.slice(1).map(Number) as [number, number, number, number, number]
  const instant = beijingInstant(year, month, date, hours, minutes)
  return Number.isNaN(instant) ? null : instant
}
