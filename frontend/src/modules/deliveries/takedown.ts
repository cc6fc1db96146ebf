import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { beijingTyped } from '@/utils/beijing'
import { formatRemaining, formatSpan, formatTime } from '@/utils/time'

/** A time limit of a rule on taking down, as the API answers it. */
export interface DutyClock {
  started_at: number
  due_at: number | null
  done_at: number | null
  overdue: boolean
}

export interface ClockLine {
  text: string
  tone: Tone
}

/** How a time limit stands. The last quarter of the time is a warning; what ended late stays late. */
export function clockLine(clock: DutyClock, now: number): ClockLine {
  const words = zh.deliveries.clock
  if (clock.done_at !== null) {
    const text = clock.overdue ? words.doneLate(formatTime(clock.done_at)) : words.done(formatTime(clock.done_at))
    return { text, tone: clock.overdue ? 'bad' : 'good' }
  }
  if (clock.due_at === null) return { text: words.pending, tone: 'warn' }
  const left = clock.due_at - now
  const text = words.running(formatTime(clock.due_at), formatRemaining(clock.due_at, now))
  if (left <= 0 || clock.overdue) return { text, tone: 'bad' }
  return { text, tone: left <= (clock.due_at - clock.started_at) / 4 ? 'warn' : 'moving' }
}

/** An order to take an article down, with its channels. */
export interface Order {
  done_at: number | null
  due_at: number | null
  overdue: boolean
  took_ms: number | null
  channels: readonly { ended_at: number | null }[]
}

/** How far an order is: done with the last channel. */
export function orderLine(order: Order, now: number): ClockLine {
  const words = zh.deliveries.order
  const total = order.channels.length
  if (total === 0) return { text: words.calledOff, tone: 'good' }
  if (order.done_at !== null) {
    const text = words.done(formatTime(order.done_at), order.took_ms === null ? '' : formatSpan(order.took_ms))
    return order.overdue ? { text: text + words.late, tone: 'bad' } : { text, tone: 'good' }
  }
  const open = words.open(order.channels.filter((channel) => channel.ended_at !== null).length, total)
  if (order.due_at === null) return { text: open, tone: 'warn' }
  const tone = order.overdue || order.due_at <= now ? 'bad' : 'warn'
  return { text: `${open}${words.left(formatRemaining(order.due_at, now))}`, tone }
}

/** What led to taking something down. */
export type Cause = 'office_found' | 'duty_found_severe' | 'unit_found' | 'other'

/** What is typed to take something down; times as `2026-11-23T10:30` of Beijing, empty where none is given. */
export interface RecallForm {
  cause: Cause | ''
  reason: string
  notified: string
  found: string
  /** Only the one post that the page is about. */
  only: boolean
}

export interface RecallBody {
  cause: Cause
  reason: string
  notified_at?: number
  found_at?: number
  delivery_ids?: string[]
}

export type RecallErrors = Partial<Record<'cause' | 'reason' | 'notified_at' | 'found_at', string>>

/** Whether the unit is told by somebody else: then the time of the notice counts. */
export const isNotified = (cause: RecallForm['cause']): boolean => cause === 'office_found' || cause === 'duty_found_severe'

function checkTime(text: string, now: number): number | undefined | null {
  if (text === '') return undefined
  const instant = beijingTyped(text)
  return instant === null || instant > now ? null : instant
}

/** What is sent of the form, or what is wrong with it. A notice without a time is one of now. */
export function recallBody(form: RecallForm, deliveryId: string, now: number): { body?: RecallBody; errors: RecallErrors } {
  const words = zh.deliveries.recall
  const errors: RecallErrors = {}
  const reason = form.reason.trim()
  const notified = isNotified(form.cause) ? checkTime(form.notified, now) : undefined
  const found = checkTime(form.found, now)
  if (form.cause === '') errors.cause = words.causeRequired
  if (reason === '') errors.reason = words.reasonRequired
  if (notified === null) errors.notified_at = words.timeInvalid
  if (found === null) errors.found_at = words.timeInvalid
  else if (found !== undefined && found > (notified ?? now)) errors.found_at = words.foundLater
  if (form.cause === '' || Object.keys(errors).length > 0) return { errors }
  const body: RecallBody = { cause: form.cause, reason }
  if (typeof notified === 'number') body.notified_at = notified
  if (typeof found === 'number') body.found_at = found
  if (form.only) body.delivery_ids = [deliveryId]
  return { body, errors }
}

const minute = 60_000

/**
 * The instant of what was typed as done, undefined for now, null when it cannot be: no time, after now or before the order.
 * A typed minute begins before the order that was given within it; then the order's own instant counts.
 */
export function doneAt(text: string, ordered: number, now: number): number | undefined | null {
  const at = checkTime(text, now)
  if (typeof at !== 'number' || at >= ordered) return at
  return ordered - at < minute ? ordered : null
}
