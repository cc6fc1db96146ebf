import { zh } from '@/locales/zh-CN'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Beijing time has no summer time, so eight hours are always eight hours. */
const beijingOffset = 8 * hour

const pad = (value: number) => String(value).padStart(2, '0')

interface BeijingParts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

function beijingParts(instant: number): BeijingParts {
  const shifted = new Date(instant + beijingOffset)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
  }
}

/** The instant as `2026-11-22 10:30` in Beijing; an empty string for null or undefined. */
export function formatTime(instant: number | null | undefined): string {
  if (instant === null || instant === undefined) return ''
  const at = beijingParts(instant)
  return `${formatDate(instant)} ${pad(at.hour)}:${pad(at.minute)}`
}

/** The instant as `2026-11-22 10:30:05` in Beijing. */
export function formatSeconds(instant: number | null | undefined): string {
  if (instant === null || instant === undefined) return ''
  return `${formatTime(instant)}:${pad(beijingParts(instant).second)}`
}

/** The Beijing day of the instant as `2026-11-22`. */
export function formatDate(instant: number | null | undefined): string {
  if (instant === null || instant === undefined) return ''
  const at = beijingParts(instant)
  return `${at.year}-${pad(at.month)}-${pad(at.day)}`
}

/** The instant of a Beijing wall-clock time; month counts from 1. */
export function beijingInstant(year: number, month: number, date: number, hours = 0, minutes = 0): number {
  return Date.UTC(year, month - 1, date, hours, minutes) - beijingOffset
}

/** A span in its two largest units: `2 天 3 小时`, `3 小时 5 分钟`, `5 分钟`. The sign is ignored. */
export function formatSpan(milliseconds: number): string {
  const span = Math.abs(milliseconds)
  const days = Math.floor(span / day)
  const hours = Math.floor((span % day) / hour)
  const minutes = Math.floor((span % hour) / minute)
  const parts = days > 0 ? [[days, zh.time.days], [hours, zh.time.hours]] as const
    : hours > 0 ? [[hours, zh.time.hours], [minutes, zh.time.minutes]] as const
      : [[minutes, zh.time.minutes]] as const
  const said = parts.filter(([count]) => count > 0).map(([count, say]) => say(count))
  return said.length > 0 ? said.join(' ') : zh.time.lessThanMinute
}

/** A span in hours, as regulations and inspections count a silence: `195 小时（8 天 3 小时）`, `20 小时`. */
export function formatHours(milliseconds: number): string {
  const hours = Math.floor(Math.abs(milliseconds) / hour)
  return hours < 24 ? formatSpan(milliseconds) : zh.time.hoursWithDays(hours, formatSpan(milliseconds))
}

/** What is left until due, `剩 2 天 3 小时`, or how far past it now is, `超 1 天`. */
export function formatRemaining(due: number, now: number): string {
  return due > now ? zh.time.left(formatSpan(due - now)) : zh.time.over(formatSpan(now - due))
}
