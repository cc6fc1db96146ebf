import { describe, expect, it } from 'vitest'
import { calledOff, correcting, correctionPlan, recallCount, sentSoFar, wasCorrected, wasRecalled } from './aftercare'

const sent = (account_id: string, change = {}) => ({ action: 'publish', state: 'published', account_id, barred_at: null as number | null, next_at: 1 as number | null, lease_until: null, ...change })

describe('what is out of an article', () => {
  it('counts each account once, without what is called off, taken down or only a correction', () =>
    expect(
      recallCount([sent('a'), sent('a'), sent('b'), sent('c', { state: 'cancelled' }), sent('d', { barred_at: 1 }), sent('e', { action: 'update' })]),
    ).toBe(2))
  it('says what became of it so far, what needs somebody first', () => {
    const all = [sent('a'), sent('b', { state: 'failed' }), sent('c', { state: 'unknown' }), sent('d', { state: 'prepared' }), sent('e', { state: 'cancelled' })]
    expect(sentSoFar([...all, sent('f', { barred_at: 1 }), sent('a', { action: 'update' })])).toEqual([
      { key: 'unknown', count: 1 },
      { key: 'failed', count: 1 },
      { key: 'open', count: 1 },
      { key: 'published', count: 1 },
    ])
    expect(sentSoFar([sent('a', { state: 'retracted', barred_at: 1 }), sent('b', { state: 'cancelled', barred_at: 1 })])).toEqual([{ key: 'retracted', count: 1 }])
    expect(sentSoFar([sent('a', { state: 'scheduled' }), sent('b', { state: 'cancelled' })])).toEqual([])
  })
  it('tells what waits for a hand, to be posted or to be corrected', () => {
    const hand = { state: 'submitted', next_at: null }
    expect(sentSoFar([sent('a', hand)])).toEqual([{ key: 'byHand', count: 1 }])
    const corrected = [sent('a', { action: 'update', ...hand }), sent('b', { action: 'update' }), sent('c', { action: 'update', state: 'cancelled' })]
    expect(sentSoFar([sent('a'), sent('b'), ...corrected])).toEqual([
      { key: 'toCorrect', count: 1 },
      { key: 'published', count: 2 },
    ])
  })
  it('knows when readers have an earlier text than the one at hand', () => {
    const deliveries = [sent('a'), sent('a', { state: 'cancelled' }), sent('b'), sent('c', { barred_at: 1 }), sent('d', { state: 'failed' })]
    expect(['draft', 'signing', 'signed', 'scheduled'].map((state) => correcting({ state, deliveries }))).toEqual([2, 2, 2, 0])
    expect(correcting({ state: 'draft', deliveries: [] })).toBe(0)
  })
  it('names where a correction goes', () => {
    const named = (name: string, change = {}) => ({ ...sent(name, change), account_name: name })
    const deliveries = [named('甲'), named('甲', { state: 'scheduled' }), named('乙', { state: 'submitted' }), named('丙', { state: 'cancelled' }), named('丁', { barred_at: 1 })]
    expect(correctionPlan([...deliveries, named('戊', { action: 'update' })])).toEqual({ published: ['甲'], waiting: ['乙'] })
  })
  it('knows when every delivery was called off', () => {
    const off = sent('a', { state: 'cancelled' })
    expect(calledOff({ state: 'scheduled', deliveries: [off, sent('b', { state: 'cancelled' })] })).toBe(true)
    for (const deliveries of [[], [off, sent('b', { state: 'scheduled' })], [off, sent('b')], [sent('a', { state: 'cancelled', barred_at: 1 })]])
      expect(calledOff({ state: 'scheduled', deliveries })).toBe(false)
    expect(calledOff({ state: 'signed', deliveries: [off] })).toBe(false)
  })
  it('knows what is being taken down and what was corrected', () => {
    expect([wasRecalled([sent('a')]), wasRecalled([sent('a', { barred_at: 1 })])]).toEqual([false, true])
    expect([wasCorrected([sent('a')]), wasCorrected([sent('a', { action: 'update' })])]).toEqual([false, true])
  })
})
