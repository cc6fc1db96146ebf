import { describe, expect, it } from 'vitest'
import { ApiProblem } from '@/api/problem'
import { fieldProblems, placesOf } from './details'
import type { YearDraft } from './queries'
import { bodyOf, countYear, dayNumber, emptyYear, formOfDraft, isBlank, missingYears, monthsOf, weekday } from './year'

const arranged: YearDraft = {
  year: 2026, announced: '2025-11-04', document_number: '', workdays_total: 248, note: '',
  rest: [
    { name: '元旦', from: '2026-01-01', to: '2026-01-03' },
    { name: '春节', from: '2026-02-15', to: '2026-02-23' },
    { name: '清明节', from: '2026-04-04', to: '2026-04-06' },
    { name: '劳动节', from: '2026-05-01', to: '2026-05-05' },
    { name: '端午节', from: '2026-06-19', to: '2026-06-21' },
    { name: '中秋节', from: '2026-09-25', to: '2026-09-27' },
    { name: '国庆节', from: '2026-10-01', to: '2026-10-07' },
  ],
  work: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
}

/** The form of 2026 with something changed. */
function changed(change: (form: ReturnType<typeof formOfDraft>) => void) {
  const form = formOfDraft(arranged)
  change(form)
  return countYear(form)
}

describe('a year that is being entered', () => {
  it('has as many working days as were published', () =>
    expect(countYear(formOfDraft(arranged))).toEqual({ workdays: 248, restDays: 33, extra: 6, problems: {} }))
  it('has one working day more where a worked weekend is added, and one less where a holiday grows', () => {
    expect(changed((form) => form.work.push('2026-11-01')).workdays).toBe(249)
    expect(changed((form) => (form.rest[6]!.to = '2026-10-08')).workdays).toBe(247)
  })
  it('is not counted while a day is wrong, and says at which field', () => {
    const cases: [(form: ReturnType<typeof formOfDraft>) => void, string, string][] = [
      [(form) => (form.rest[0]!.from = '2026-02-30'), 'rest[0].from', '请填写真实的日期'],
      [(form) => (form.rest[0]!.from = ''), 'rest[0].from', '请填写'],
      [(form) => (form.rest[0]!.name = ' '), 'rest[0].name', '请填写'],
      [(form) => (form.rest[0]!.from = '2025-12-31'), 'rest[0].from', '不在 2026 年'],
      [(form) => (form.rest[0]!.to = '2025-12-31'), 'rest[0].to', '不在 2026 年'],
      [(form) => (form.rest[1]!.to = '2026-02-14'), 'rest[1].to', '最后一天早于第一天'],
      [(form) => (form.rest[1]!.to = '2026-03-30'), 'rest[1].to', '一个假期不会超过 31 天，请核对'],
      [(form) => (form.rest[5]!.to = '2026-10-01'), 'rest[6].from', '2026-10-01 已在另一段放假里'],
      [(form) => (form.work[0] = '2026-01-05'), 'work[0]', '是周一，本来就是工作日'],
      [(form) => (form.work[0] = '2026-10-04'), 'work[0]', '同时列在放假日期里'],
      [(form) => (form.work[1] = '2026-01-04'), 'work[1]', '列了两次'],
      [(form) => (form.rest = []), 'rest', '请至少填一段放假'],
    ]
    for (const [change, field, says] of cases) {
      const count = changed(change)
      expect(count.workdays, field).toBeNull()
      expect(count.problems[field]).toBe(says)
    }
  })
  it('needs its year', () => {
    expect(countYear(emptyYear(null)).problems).toEqual({ year: '年份要填四位数字' })
    expect(emptyYear(2027).year).toBe('2027')
  })
  it('counts the 366 days of a leap year', () => {
    const form = { ...emptyYear(2028), rest: [{ name: '元旦', from: '2028-01-01', to: '2028-01-01' }] }
    expect(countYear(form).workdays).toBe(260)
  })
  it('is blank until something besides the year is typed', () => {
    expect(isBlank(emptyYear(2027))).toBe(true)
    expect(isBlank(formOfDraft(arranged))).toBe(false)
  })
  it('goes to the server without blanks around its words', () =>
    expect(bodyOf({ ...formOfDraft(arranged), number: ' 国办发明电〔2025〕1号 ', total: '' })).toMatchObject({
      document_number: '国办发明电〔2025〕1号', workdays_total: 0, work: arranged.work,
    }))
})

describe('the grid of a year', () => {
  const months = monthsOf(arranged)
  const day = (month: number, date: number) => months[month - 1]!.flat().find((one) => one?.date === date)
  it('has twelve months of whole weeks that begin on Monday', () => {
    expect(months).toHaveLength(12)
    expect(months.flat(2).filter((one) => one !== null)).toHaveLength(365)
    expect(months[10]![0]!.map((one) => one?.date ?? 0)).toEqual([0, 0, 0, 0, 0, 0, 1])
  })
  it('marks what is off, what is worked and what is a plain weekend', () => {
    expect(day(10, 1)).toMatchObject({ kind: 'rest', name: '国庆节' })
    expect(day(10, 10)).toMatchObject({ kind: 'extra', name: '' })
    expect(day(10, 11)).toMatchObject({ kind: 'weekend' })
    expect(day(10, 12)).toMatchObject({ kind: 'work' })
  })
})

describe('days', () => {
  it('are read in no time zone', () => {
    expect(weekday(dayNumber('2026-11-22')!)).toBe(0)
    expect(dayNumber('2026-02-29')).toBeNull()
    expect(dayNumber('2026-2-1')).toBeNull()
  })
})

describe('years that nobody entered', () => {
  const at = Date.UTC(2026, 11, 31, 17) // already 2027 in Beijing
  it('are this one, the next one and the gaps', () => {
    expect(missingYears([2024, 2026], Date.UTC(2026, 10, 22))).toEqual([2025, 2027])
    expect(missingYears([2024, 2025, 2026], at)).toEqual([2027, 2028])
    expect(missingYears([], at)).toEqual([2027, 2028])
    expect(missingYears([2026, 2027], Date.UTC(2026, 10, 22))).toEqual([])
  })
})

describe('what a refusal lists', () => {
  const problem = (data: unknown, errors: { location: string; message: string }[] = []) =>
    new ApiProblem({ status: 422, code: 'calendar.year_invalid', detail: '有误', data, errors })
  it('is sentences, lines of a file, or fields', () => {
    expect(placesOf(problem(['甲', '乙']))).toEqual(['甲', '乙'])
    expect(placesOf(problem([{ file: 'a.yaml', line: 3, reason: '丙' }]))).toEqual(['第 3 行：丙'])
    expect(placesOf(problem([{ field: 'rest', reason: '丁' }]))).toEqual(['丁'])
    expect(placesOf(problem({ counted: 1 }))).toEqual([])
  })
  it('stands at its field', () => {
    expect(fieldProblems(problem([{ field: 'rest[2].from', reason: '戊' }]))).toEqual({ 'rest[2].from': '戊' })
    expect(fieldProblems(problem(null, [{ location: 'body.announced', message: '己' }]))).toEqual({ announced: '己' })
  })
})
