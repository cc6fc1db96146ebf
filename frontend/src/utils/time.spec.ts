import { describe, expect, it } from 'vitest'
import { beijingInstant, formatDate, formatHours, formatRemaining, formatSeconds, formatTime } from './time'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('time in Beijing', () => {
  it('is eight hours ahead, over the end of a year', () => {
    const instant = Date.UTC(2025, 11, 31, 16, 5, 9)
    expect(formatTime(instant)).toBe('2026-01-01 00:05')
    expect(formatSeconds(instant)).toBe('2026-01-01 00:05:09')
    expect(formatDate(instant)).toBe('2026-01-01')
  })

  it('makes the instant of a wall-clock time', () => {
    expect(formatTime(beijingInstant(2026, 11, 23, 10, 30))).toBe('2026-11-23 10:30')
  })

  it('says nothing for no time', () => {
    expect([formatTime(null), formatDate(undefined), formatSeconds(null)]).toEqual(['', '', ''])
  })

  it('shows the first instant of all', () => {
    expect(formatTime(0)).toBe('1970-01-01 08:00')
  })
})

describe('formatHours', () => {
  it.each([
    [195 * hour, '195 小时（8 天 3 小时）'],
    [-(27 * hour + 59 * minute), '27 小时（1 天 3 小时）'],
    [24 * hour, '24 小时（1 天）'],
    [23 * hour + 5 * minute, '23 小时 5 分钟'],
    [minute - 1, '不到 1 分钟'],
  ])('says %i ms as %s', (span, said) => {
    expect(formatHours(span)).toBe(said)
  })
})

describe('formatRemaining', () => {
  const now = Date.UTC(2026, 10, 22)
  it.each([
    [2 * day + 3 * hour + 59 * minute, '剩 2 天 3 小时'],
    [1 * day, '剩 1 天'],
    [3 * hour + 5 * minute, '剩 3 小时 5 分钟'],
    [5 * minute, '剩 5 分钟'],
    [minute - 1, '剩 不到 1 分钟'],
    [0, '超 不到 1 分钟'],
    [-1 * day, '超 1 天'],
    [-(1 * day + 30 * minute), '超 1 天'],
    [-(26 * hour), '超 1 天 2 小时'],
  ])('says %i ms as %s', (span, said) => {
    expect(formatRemaining(now + span, now)).toBe(said)
  })
})
