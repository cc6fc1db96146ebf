import { beijingInstant } from './time'

/** The instant that `2026-11-23T10:30`, typed as Beijing time, means; null when it is no time. */
export function beijingTyped(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})/.exec(text)
  if (!match) return null
  const [year, month, date, hours, minutes] = match.slice(1).map(Number) as [number, number, number, number, number]
  const instant = beijingInstant(year, month, date, hours, minutes)
  return Number.isNaN(instant) ? null : instant
}
