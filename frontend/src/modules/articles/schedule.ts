import { beijingInstant, formatDate } from '@/utils/time'

const day = 24 * 60 * 60_000

/** Tomorrow at 10:30 in Beijing, the quick choice of an office. */
export function tomorrowMorning(now: number): number {
  const [year, month, date] = formatDate(now + day).split('-').map(Number) as [number, number, number]
  return beijingInstant(year, month, date, 10, 30)
}
