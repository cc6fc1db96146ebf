import { beijingTyped } from '@/utils/beijing'
import { beijingInstant, formatDate, formatTime } from '@/utils/time'
import type { Plan, PlanHabit, PlanItem } from './queries'

export type View = 'day' | 'week' | 'month'

const oneDay = 24 * 60 * 60_000

const lastWeekday = 6

/**
 * The days that a view shows around a day, first and last, each as `2026-11-23`. A month is shown in whole weeks. On the last
 * day of this week the next one stands below it: what is left to plan is there.
 */
export interface Span {
  from: string
  until: string
}

/** Midnight in Beijing of a day. */
export function midnight(day: string): number {
  return beijingTyped(`${day}T00:00`) ?? beijingInstant(1970, 1, 1)
}

export const addDays = (day: string, count: number): string => formatDate(midnight(day) + count * oneDay)

/** 0 for Monday to 6 for Sunday. */
export const weekdayOf = (day: string): number => (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7

const mondayOf = (day: string): string => addDays(day, -weekdayOf(day))

/** The day that an address names, or today where it names none. */
export function dayFrom(text: string, now: number): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && beijingTyped(`${text}T00:00`) !== null && formatDate(midnight(text)) === text ? text : formatDate(now)
}

export function spanOf(view: View, day: string, today = ''): Span {
  if (view === 'day') return { from: day, until: day }
  if (view === 'week' && day === today && weekdayOf(day) === lastWeekday) return { from: mondayOf(day), until: addDays(day, 7) }
  if (view === 'week') return { from: mondayOf(day), until: addDays(mondayOf(day), 6) }
  const first = `${day.slice(0, 8)}01`
  const last = addDays(step('month', first, 1), -1)
  return { from: mondayOf(first), until: addDays(mondayOf(last), 6) }
}

/** The same view one step on or back. A month steps to its first day, so that no month is left out. */
export function step(view: View, day: string, by: 1 | -1): string {
  if (view === 'day') return addDays(day, by)
  if (view === 'week') return addDays(day, 7 * by)
  const [year, month] = day.split('-').map(Number) as [number, number]
  return formatDate(beijingInstant(year, month + by, 1))
}

export interface GridDay {
  day: string
  kind: string
  weekday: number
  today: boolean
  past: boolean
  /** Of the month that is looked at; always true in a day or a week. */
  inside: boolean
  items: PlanItem[]
}

/** The days of a plan, each with what goes out on it. */
export function gridOf(plan: Pick<Plan, 'days' | 'items'>, view: View, day: string, now: number): GridDay[] {
  const today = formatDate(now)
  return plan.days.map((one) => ({
    day: one.day,
    kind: one.kind,
    weekday: weekdayOf(one.day),
    today: one.day === today,
    past: one.day < today,
    inside: view !== 'month' || one.day.slice(0, 7) === day.slice(0, 7),
    items: plan.items.filter((item) => formatDate(item.at) === one.day),
  }))
}

/** The same time of day on another day. */
export const moved = (item: PlanItem, day: string): number => midnight(day) + (item.at - midnight(formatDate(item.at)))

/** The time of day, `10:30`. */
export const clockOf = (at: number): string => formatTime(at).slice(11)

/** The next time that an hour of a weekday begins. */
export function nextOf(habit: Pick<PlanHabit, 'weekday' | 'hour'>, now: number): number {
  const today = formatDate(now)
  const ahead = (habit.weekday + 6 - weekdayOf(today) + 7) % 7
  const at = midnight(addDays(today, ahead)) + habit.hour * 60 * 60_000
  return at > now ? at : at + 7 * oneDay
}
