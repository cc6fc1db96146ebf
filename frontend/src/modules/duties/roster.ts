import { beijingTyped } from '@/utils/beijing'
import { beijingInstant, formatDate, formatTime } from '@/utils/time'
import type { Roster, RosterChange, Shift } from './queries'

const day = 24 * 60 * 60_000
const week = 7 * day

/** The longest shift that the server takes. */
const longest = week

/** Monday 0:00 in Beijing of the week in which an instant lies. */
export function weekOf(instant: number): number {
  const noon = new Date(`${formatDate(instant)}T12:00:00Z`)
  const midnight = beijingInstant(noon.getUTCFullYear(), noon.getUTCMonth() + 1, noon.getUTCDate())
  return midnight - ((noon.getUTCDay() + 6) % 7) * day
}

/** The week that an address names by one of its days, or the present one. */
export function weekFrom(text: string, now: number): number {
  const typed = beijingTyped(`${text}T00:00`)
  return weekOf(typed ?? now)
}

export const spanOf = (monday: number) => ({ from_at: monday, until_at: monday + week })
export const before = (monday: number): number => monday - week
export const after = (monday: number): number => monday + week

export interface RosterDay {
  at: number
  /** The shifts that are on at some time of the day. */
  shifts: Shift[]
}

/** The seven days of a week, each with who is on duty. */
export function daysOf(roster: Pick<Roster, 'from_at' | 'shifts'>): RosterDay[] {
  return Array.from({ length: 7 }, (_, index) => {
    const at = roster.from_at + index * day
    return { at, shifts: roster.shifts.filter((shift) => shift.from_at < at + day && shift.until_at > at) }
  })
}

/** A line of the roster as it is typed. */
export interface ShiftLine {
  name: string
  from: string
  until: string
}

const field = (instant: number): string => formatTime(instant).replace(' ', 'T')

/** The lines that a person may change: the shifts that begin in the week. */
export function linesOf(roster: Pick<Roster, 'from_at' | 'until_at' | 'shifts'>): ShiftLine[] {
  return roster.shifts
    .filter((shift) => shift.from_at >= roster.from_at && shift.from_at < roster.until_at)
    .map((shift) => ({ name: shift.person_name, from: field(shift.from_at), until: field(shift.until_at) }))
}

/** A further line: it begins where the last one ends, or with the week, and lasts as long as the last one. */
export function nextLine(lines: ShiftLine[], monday: number): ShiftLine {
  const last = lines.at(-1)
  const from = beijingTyped(last?.until ?? '') ?? monday
  const lasted = from - (beijingTyped(last?.from ?? '') ?? from - day)
  const begin = from < monday + week ? from : monday
  return { name: '', from: field(begin), until: field(begin + (lasted > 0 && lasted <= longest ? lasted : day)) }
}

/** A line of a whole day for each day of the week on which no shift begins or goes on. */
export function fillDays(lines: ShiftLine[], roster: Pick<Roster, 'from_at' | 'until_at' | 'shifts'>): ShiftLine[] {
  const earlier = roster.shifts.filter((shift) => shift.from_at < roster.from_at)
  const busy = (at: number) =>
    lines.some((line) => (beijingTyped(line.from) ?? Infinity) < at + day && (beijingTyped(line.until) ?? -Infinity) > at) ||
    earlier.some((shift) => shift.until_at > at)
  const added = Array.from({ length: 7 }, (_, index) => roster.from_at + index * day)
    .filter((at) => !busy(at))
    .map((at) => ({ name: '', from: field(at), until: field(at + day) }))
  return [...lines, ...added].sort((a, b) => a.from.localeCompare(b.from))
}

/** The first line that cannot be sent, counted from 1; 0 when all can. */
export function firstWrong(lines: ShiftLine[], monday: number): number {
  return 1 + lines.findIndex((line) => {
    const [from, until] = [beijingTyped(line.from), beijingTyped(line.until)]
    if (line.name.trim() === '' || from === null || until === null) return true
    return until <= from || until - from > longest || from < monday || from >= monday + week
  })
}

/** What is sent for a week. Call it once firstWrong has found nothing. */
export function rosterOf(unitId: string, monday: number, mark: string, lines: ShiftLine[]): RosterChange {
  return {
    unit_id: unitId,
    ...spanOf(monday),
    mark,
    shifts: lines.map((line) => ({
      person_name: line.name.trim(),
      from_at: beijingTyped(line.from) ?? 0,
      until_at: beijingTyped(line.until) ?? 0,
    })),
  }
}
