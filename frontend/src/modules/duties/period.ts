import { zh } from '@/locales/zh-CN'
import { formatDate } from '@/utils/time'
import { word } from '@/utils/words'
import { sayFigure } from './matter'
import type { PeriodLine } from './queries'

/** How often a duty comes back: 每天, 每季度, 每年 1 月 31 日前, 定期. */
export function sayEvery(line: Pick<PeriodLine, 'every' | 'period' | 'date'>): string {
  if (line.date) return zh.duties.period.yearly(line.date.month, line.date.day)
  if (line.every) return line.every.n === 1 && line.every.unit === 'day' ? zh.duties.period.daily : zh.duties.period.everyN(sayFigure(line.every))
  return word(zh.duties.period.periodWords, line.period ?? '')
}

/** Done and owed, one line for each kind that must reach the number by itself. */
export function sayCounts(line: Pick<PeriodLine, 'done' | 'owed' | 'each_kind' | 'counts'>): string[] {
  if (!line.each_kind) return [zh.duties.period.doneOf(line.done, line.owed)]
  return line.counts.counts.map(({ kind, done, owed }) =>
    zh.duties.period.kindCount(word(zh.rulebooks.codes, kind ?? ''), done, owed),
  )
}

/** The days of a period, or its only one: the instant at which it ends belongs to the next one. */
export function saySpan(from: number, until: number): string {
  const [first, last] = [formatDate(from), formatDate(until - 1)]
  return first === last ? first : zh.duties.period.beforeOf(first, last)
}

/** A whole number that is not negative, typed or left empty; null when it is none. */
export function countTyped(text: string): number | undefined | null {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  return /^\d{1,7}$/.test(trimmed) ? Number(trimmed) : null
}
