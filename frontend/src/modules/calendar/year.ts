import { zh } from '@/locales/zh-CN'
import type { RestSpan, YearDraft, YearLine } from './queries'

/** The form of a year. Numbers are text while they are typed. */
export interface YearForm {
  year: string
  announced: string
  number: string
  total: string
  rest: RestSpan[]
  work: string[]
  note: string
}

/** What the days of a form come to. `workdays` is null while a day is not in order; problems stand under the server's names of fields. */
export interface YearCount {
  workdays: number | null
  restDays: number
  extra: number
  problems: Record<string, string>
}

/** A day of the grid, as it is shown. */
export interface GridDay {
  day: string
  date: number
  kind: 'work' | 'weekend' | 'rest' | 'extra'
  /** Of the holiday it lies in; empty on other days. */
  name: string
}

const dayMs = 86_400_000
const longestSpan = 31
const pad = (value: number) => String(value).padStart(2, '0')

/** The day as a number of days since 1970, counted in UTC so that no zone moves it; null when there is no such day. */
export function dayNumber(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return null
  const [year, month, date] = match.slice(1).map(Number) as [number, number, number]
  const number = Date.UTC(year, month - 1, date) / dayMs
  return dayText(number) === text ? number : null
}

export function dayText(number: number): string {
  const at = new Date(number * dayMs)
  return `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}`
}

/** 0 is Sunday. */
export const weekday = (number: number): number => new Date(number * dayMs).getUTCDay()
const isWeekend = (number: number) => weekday(number) === 0 || weekday(number) === 6

export const yearOf = (form: YearForm): number | null => (/^\d{4}$/.test(form.year.trim()) ? Number(form.year) : null)

export const emptyYear = (year: number | null): YearForm => ({
  year: year === null ? '' : String(year),
  announced: '',
  number: '',
  total: '',
  rest: [{ name: '', from: '', to: '' }],
  work: [],
  note: '',
})

export const formOfDraft = (draft: YearDraft | YearLine): YearForm => ({
  year: String(draft.year),
  announced: draft.announced,
  number: draft.document_number,
  total: draft.workdays_total > 0 ? String(draft.workdays_total) : '',
  rest: draft.rest.map(({ name, from, to }) => ({ name, from, to })),
  work: [...draft.work],
  note: draft.note,
})

/** Whether anything was typed besides the year. */
export function isBlank(form: YearForm): boolean {
  const words = [form.announced, form.number, form.total, form.note, ...form.work, ...form.rest.flatMap((span) => [span.name, span.from, span.to])]
  return words.every((text) => text.trim() === '')
}

/** What is sent to the server. Rows that were added and left empty are no days. */
export const bodyOf = (form: YearForm) => ({
  announced: form.announced,
  document_number: form.number.trim(),
  workdays_total: Number(form.total) || 0,
  rest: form.rest.map((span) => ({ ...span, name: span.name.trim() })),
  work: form.work,
  note: form.note.trim(),
})

/** Days named in a form, with what is wrong with them. */
interface Exam {
  year: number
  rest: Set<number>
  work: Set<number>
  problems: Record<string, string>
}

function readDay(exam: Exam, field: string, text: string): number | null {
  const number = dayNumber(text)
  if (number === null) exam.problems[field] = text === '' ? zh.calendar.edit.required : zh.calendar.edit.dayInvalid
  else if (!text.startsWith(`${exam.year}-`)) exam.problems[field] = zh.calendar.edit.dayOutside(exam.year)
  else return number
  return null
}

function readSpan(exam: Exam, index: number, span: RestSpan): void {
  const at = `rest[${index}]`
  if (span.name.trim() === '') exam.problems[`${at}.name`] = zh.calendar.edit.required
  const from = readDay(exam, `${at}.from`, span.from)
  const to = readDay(exam, `${at}.to`, span.to)
  if (from === null || to === null) return
  if (to < from) exam.problems[`${at}.to`] = zh.calendar.edit.endsBefore
  else if (to - from > longestSpan) exam.problems[`${at}.to`] = zh.calendar.edit.tooLong
  else {
    for (let day = from; day <= to; day++) {
      if (exam.rest.has(day)) {
        exam.problems[`${at}.from`] = zh.calendar.edit.twice(dayText(day))
        return
      }
      exam.rest.add(day)
    }
  }
}

function readWork(exam: Exam, index: number, text: string): void {
  const field = `work[${index}]`
  const day = readDay(exam, field, text)
  if (day === null) return
  if (exam.rest.has(day)) exam.problems[field] = zh.calendar.edit.isRest
  else if (!isWeekend(day)) exam.problems[field] = zh.calendar.edit.notWeekend(zh.calendar.weekdayNames[weekday(day)] ?? '')
  else if (exam.work.has(day)) exam.problems[field] = zh.calendar.edit.workTwice
  else exam.work.add(day)
}

function daysOfYear(year: number): number[] {
  const first = Date.UTC(year, 0, 1) / dayMs
  return Array.from({ length: Date.UTC(year + 1, 0, 1) / dayMs - first }, (_, index) => first + index)
}

/** countYear counts a form while it is typed. The server counts again and has the last word. */
export function countYear(form: YearForm): YearCount {
  const year = yearOf(form)
  const exam: Exam = { year: year ?? 0, rest: new Set(), work: new Set(), problems: {} }
  if (year === null) return { workdays: null, restDays: 0, extra: 0, problems: { year: zh.calendar.edit.yearInvalid } }
  if (form.rest.length === 0) exam.problems.rest = zh.calendar.edit.restMissing
  form.rest.forEach((span, index) => readSpan(exam, index, span))
  form.work.forEach((day, index) => readWork(exam, index, day))
  const dayProblems = Object.keys(exam.problems).length
  const workdays = daysOfYear(year).filter((day) => (isWeekend(day) ? exam.work.has(day) : !exam.rest.has(day))).length
  return { workdays: dayProblems > 0 ? null : workdays, restDays: exam.rest.size, extra: exam.work.size, problems: exam.problems }
}

/** How many days the holidays of an arrangement have together. */
export const restDaysOf = (rest: readonly RestSpan[]): number => rest.reduce((sum, span) => sum + lengthOf(span), 0)

export function lengthOf(span: RestSpan): number {
  const [from, to] = [dayNumber(span.from), dayNumber(span.to)]
  return from === null || to === null ? 0 : to - from + 1
}

/** The twelve months as weeks that begin on Monday; null where a week reaches into another month. */
export function monthsOf(draft: Pick<YearDraft, 'year' | 'rest' | 'work'>): (GridDay | null)[][][] {
  const names = new Map<number, string>()
  for (const span of draft.rest) {
    const from = dayNumber(span.from)
    for (let k = 0; from !== null && k < lengthOf(span); k++) names.set(from + k, span.name)
  }
  const extra = new Set(draft.work)
  const months: (GridDay | null)[][][] = Array.from({ length: 12 }, () => [])
  for (const number of daysOfYear(draft.year)) {
    const day = dayText(number)
    const weeks = months[Number(day.slice(5, 7)) - 1]!
    const column = (weekday(number) + 6) % 7
    if (column === 0 || weeks.length === 0) weeks.push(Array.from({ length: 7 }, () => null))
    const name = names.get(number) ?? ''
    const kind = name !== '' ? 'rest' : extra.has(day) ? 'extra' : isWeekend(number) ? 'weekend' : 'work'
    weeks.at(-1)![column] = { day, date: Number(day.slice(8)), kind, name }
  }
  return months
}

/** The years that open duties may soon reach and that nobody has entered: this one, the next, and gaps among the known ones. */
export function missingYears(known: readonly number[], now: number): number[] {
  const present = new Date(now + 8 * 3_600_000).getUTCFullYear()
  const last = Math.max(present + 1, ...known)
  const first = Math.min(present, ...known)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((year) => !known.includes(year))
}
