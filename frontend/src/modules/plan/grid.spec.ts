import { describe, expect, it } from 'vitest'
import { addDays, clockOf, dayFrom, gridOf, midnight, moved, nextOf, spanOf, step, weekdayOf } from './grid'
import type { PlanItem } from './queries'

const at = (hour: number, minute = 0): number => Date.UTC(2026, 10, 23, hour - 8, minute) // 2026-11-23, a Monday, in Beijing
const item = (id: string, time: number): PlanItem => ({
  article_id: id, title: id, unit_id: 'u', unit_name: '清源镇', at: time, movable: true, version: 1, deliveries: [],
})

describe('the days of a plan', () => {
  it('are a day, the week from Monday on, and the month in whole weeks', () => {
    expect(spanOf('day', '2026-11-25')).toEqual({ from: '2026-11-25', until: '2026-11-25' })
    expect(spanOf('week', '2026-11-29')).toEqual({ from: '2026-11-23', until: '2026-11-29' })
    expect(spanOf('week', '2026-11-29', '2026-11-29')).toEqual({ from: '2026-11-23', until: '2026-12-06' })
    expect(spanOf('week', '2026-11-28', '2026-11-28')).toEqual({ from: '2026-11-23', until: '2026-11-29' })
    expect(spanOf('month', '2026-11-22')).toEqual({ from: '2026-10-26', until: '2026-12-06' })
    expect(spanOf('month', '2027-02-10')).toEqual({ from: '2027-02-01', until: '2027-02-28' })
  })
  it('step on and back, over the end of a month and of a year', () => {
    expect(step('day', '2026-12-31', 1)).toBe('2027-01-01')
    expect(step('week', '2027-01-03', -1)).toBe('2026-12-27')
    expect(step('month', '2026-10-31', 1)).toBe('2026-11-01')
    expect(step('month', '2026-01-15', -1)).toBe('2025-12-01')
  })
  it('take the day of the address, or today where it names none', () => {
    const now = at(23, 59)
    expect(dayFrom('2026-02-28', now)).toBe('2026-02-28')
    for (const wrong of ['', '2026-02-30', '2026-2-3', 'x']) expect(dayFrom(wrong, now)).toBe('2026-11-23')
  })
  it('come again: the hour of a weekday that is next', () => {
    expect(nextOf({ weekday: 1, hour: 10 }, at(9, 59))).toBe(at(10))
    expect(nextOf({ weekday: 1, hour: 10 }, at(10))).toBe(at(10 + 7 * 24))
    expect(nextOf({ weekday: 0, hour: 0 }, at(23))).toBe(at(6 * 24))
    expect(nextOf({ weekday: 3, hour: 23 }, at(0))).toBe(at(2 * 24 + 23))
  })
  it('know their weekday', () => {
    expect(weekdayOf('2026-11-23')).toBe(0)
    expect(weekdayOf('2026-11-29')).toBe(6)
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
  })
  it('hold what goes out on them, the last minute of a day too', () => {
    const days = [{ day: '2026-11-23', kind: 'work' as const }, { day: '2026-11-24', kind: 'rest' as const }]
    const grid = gridOf({ days, items: [item('a', at(0)), item('b', at(23, 59)), item('c', at(24))] }, 'month', '2026-11-22', at(12))
    expect(grid.map((one) => one.items.map((line) => line.article_id))).toEqual([['a', 'b'], ['c']])
    expect(grid.map(({ today, past, inside }) => [today, past, inside])).toEqual([[true, false, true], [false, false, true]])
    expect(gridOf({ days, items: [] }, 'month', '2026-12-01', at(36))[0]).toMatchObject({ past: true, inside: false })
  })
  it('move an article and keep its time of day', () => {
    expect(moved(item('a', at(10, 30)), '2026-12-01')).toBe(midnight('2026-12-01') + 10.5 * 3_600_000)
    expect(clockOf(at(9, 5))).toBe('09:05')
  })
})
