import { describe, expect, it } from 'vitest'
import { isPolicy, sayPolicy } from './policy'
import { waitingQueues } from './queues'

describe('waitingQueues', () => {
  it('shows what waits, the most urgent first', () => {
    const lines = waitingQueues({ hand: 4, failed: 0, held: 7, mass: 3, unknown: 1, retract: 2 })
    expect(lines.map(({ label, count, urgent }) => [label, count, urgent])).toEqual([
      ['待撤下', 2, true],
      ['可能已发出', 1, true],
      ['停机待决', 7, false],
      ['待确认群发', 3, false],
      ['待人工', 4, false],
    ])
    expect(lines.map((line) => line.to)).toContainEqual({ path: '/deliveries', query: { queue: 'unknown' } })
    expect(lines.map((line) => line.to)).toContain('/held-deliveries')
  })
  it('shows nothing before the answer, and nothing when nothing waits', () => {
    expect(waitingQueues(undefined)).toEqual([])
    expect(waitingQueues({ hand: 0, failed: 0, held: 0, mass: 0, unknown: 0, retract: 0 })).toEqual([])
  })
})

describe('a policy', () => {
  const policy = { after_outage: 'send', outage_minutes: 10, late_minutes: 30 } as const
  it('is said as a sentence', () => {
    expect(sayPolicy(policy)).toBe('停机 10 分钟以上，恢复后，晚了不超过 30 分钟的自动发出，更晚的等人决定。')
    expect(sayPolicy({ ...policy, after_outage: 'drop' })).toContain('一律作废')
  })
  it.each([0, -1, 1441, 1.5, Number.NaN])('has no %s minutes', (minutes) => expect(isPolicy({ ...policy, late_minutes: minutes })).toBe(false))
  it('may last a day', () => expect(isPolicy({ ...policy, outage_minutes: 1440 })).toBe(true))
})
