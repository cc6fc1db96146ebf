import { describe, expect, it } from 'vitest'
import { clockLine, doneAt, orderLine, recallBody, type RecallForm } from './takedown'

const minute = 60_000
const now = Date.UTC(2026, 10, 22, 2, 0) // 10:00 in Beijing

describe('clockLine', () => {
  const clock = { started_at: now, due_at: now + 60 * minute, done_at: null, overdue: false }
  it('counts down', () => {
    const line = clockLine(clock, now + 18 * minute)
    expect(line).toEqual({ text: '2026-11-22 11:00 前撤下（剩 42 分钟）', tone: 'moving' })
  })
  it('warns in the last quarter', () => {
    expect(clockLine(clock, now + 44 * minute).tone).toBe('moving')
    expect(clockLine(clock, now + 45 * minute).tone).toBe('warn')
  })
  it('is late from its very end', () => {
    expect(clockLine(clock, now + 60 * minute).tone).toBe('bad')
    expect(clockLine(clock, now + 65 * minute).text).toContain('超 5 分钟')
  })
  it('stays late once it was', () =>
    expect(clockLine({ ...clock, done_at: now + 61 * minute, overdue: true }, now)).toEqual({ text: '2026-11-22 11:01 完成，已超时', tone: 'bad' }))
  it('is done in time', () => expect(clockLine({ ...clock, done_at: now + 5 * minute }, now).tone).toBe('good'))
  it('names no end where the calendar is not known', () => expect(clockLine({ ...clock, due_at: null }, now).text).toContain('日历'))
})

describe('orderLine', () => {
  const order = { done_at: null, due_at: now + 60 * minute, overdue: false, took_ms: null, channels: [{ ended_at: now }, { ended_at: null }] }
  it('counts the channels that are done', () =>
    expect(orderLine(order, now)).toEqual({ text: '正在撤下：2 个渠道已撤下 1 个，剩 1 小时', tone: 'warn' }))
  it('is late when the first time limit is', () => expect(orderLine(order, now + 61 * minute).tone).toBe('bad'))
  it('ends with the last channel', () => {
    const done = { ...order, done_at: now + 20 * minute, took_ms: 20 * minute }
    expect(orderLine(done, now)).toEqual({ text: '2026-11-22 10:20 全部撤下，用时 20 分钟', tone: 'good' })
    expect(orderLine({ ...done, overdue: true }, now).tone).toBe('bad')
  })
  it('says that nobody saw what was called off in time', () =>
    expect(orderLine({ ...order, channels: [], done_at: now }, now).text).toContain('没有读者看到'))
  it('shows no time where no rule sets one', () => expect(orderLine({ ...order, due_at: null }, now).text).toBe('正在撤下：2 个渠道已撤下 1 个'))
})

describe('recallBody', () => {
  const form: RecallForm = { cause: 'office_found', reason: ' 数字有误 ', notified: '2026-11-22T09:50', found: '2026-11-22T09:30', only: false }
  const send = (change: Partial<RecallForm>) => recallBody({ ...form, ...change }, 'd1', now)

  it('sends the times as instants, and everything everywhere', () =>
    expect(send({}).body).toEqual({ cause: 'office_found', reason: '数字有误', notified_at: now - 10 * minute, found_at: now - 30 * minute }))
  it('names the one post where only that is meant', () => expect(send({ only: true }).body?.delivery_ids).toEqual(['d1']))
  it('leaves out a time that was not given', () => expect(send({ notified: '', found: '' }).body).toEqual({ cause: 'office_found', reason: '数字有误' }))
  it('sends no notice that nobody gave', () => expect(send({ cause: 'unit_found' }).body).not.toHaveProperty('notified_at'))
  it.each<[string, Partial<RecallForm>, string[]]>([
    ['nothing', { cause: '', reason: ' ', notified: '', found: '' }, ['cause', 'reason']],
    ['a notice that is still to come', { notified: '2026-11-22T10:01' }, ['notified_at']],
    ['no time at all', { found: 'heute' }, ['found_at']],
    ['found after the notice', { found: '2026-11-22T09:55' }, ['found_at']],
  ])('refuses %s', (_name, change, fields) => {
    const got = send(change)
    expect(got.body).toBeUndefined()
    expect(Object.keys(got.errors)).toEqual(fields)
  })
})

describe('doneAt', () => {
  it('is now without a time', () => expect(doneAt('', now, now)).toBeUndefined())
  it('is the typed minute', () => expect(doneAt('2026-11-22T09:50', now - 20 * minute, now)).toBe(now - 10 * minute))
  it('is the order itself within its minute', () => expect(doneAt('2026-11-22T09:50', now - 10 * minute + 30_000, now)).toBe(now - 10 * minute + 30_000))
  it('is nothing before the order or after now', () => {
    expect(doneAt('2026-11-22T09:40', now - 10 * minute, now)).toBeNull()
    expect(doneAt('2026-11-22T10:01', now - 10 * minute, now)).toBeNull()
  })
})
