import { describe, expect, it } from 'vitest'
import { recallCount, sentSoFar, wasCorrected, wasRecalled } from './aftercare'

const sent = (account_id: string, change = {}) => ({ action: 'publish', state: 'published', account_id, barred_at: null as number | null, ...change })

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
  it('knows what is being taken down and what was corrected', () => {
    expect([wasRecalled([sent('a')]), wasRecalled([sent('a', { barred_at: 1 })])]).toEqual([false, true])
    expect([wasCorrected([sent('a')]), wasCorrected([sent('a', { action: 'update' })])]).toEqual([false, true])
  })
})
