import { describe, expect, it } from 'vitest'
import { buttonsOf } from './actions'
import type { DeliveryFacts } from './sentences'

function buttons(actions: string[], button: string, change: Partial<DeliveryFacts> = {}) {
  return buttonsOf({
    action: 'publish',
    state: 'failed',
    due_at: 0,
    next_at: null,
    lease_until: null,
    intent_at: null,
    ended_at: null,
    barred_at: null,
    error_code: '',
    advice: { happened: '', readers: '', next: '', next_at: null, button },
    ...change,
    actions,
  })
}

describe('buttonsOf', () => {
  it('puts the one that helps first, and only that one stands out', () => {
    const got = buttons(['confirm', 'retry', 'take_over', 'cancel'], 'take_over')
    expect(got.map((one) => one.act)).toEqual(['take_over', 'confirm', 'retry', 'cancel'])
    expect(got.filter((one) => one.primary).map((one) => one.act)).toEqual(['take_over'])
  })
  it('asks whether something is public with two answers that weigh the same', () => {
    const got = buttons(['confirm', 'settle', 'retract'], 'settle', { state: 'unknown' })
    expect(got.map((one) => one.label)).toEqual(['已发出，登记网址', '没有发出', '撤下'])
    expect(got.some((one) => one.primary)).toBe(false)
  })
  it('shows nothing that the person may not do', () => expect(buttons([], 'retry')).toEqual([]))
  it('leaves what an outage held back to its own choice', () => expect(buttons(['decide', 'take_over'], 'decide').map((one) => one.act)).toEqual(['take_over']))
  it('names a retry by what it does', () => {
    const label = (change: Partial<DeliveryFacts>) => buttons(['retry'], '', change)[0]?.label
    expect(label({ state: 'failed' })).toBe('重试')
    expect(label({ state: 'scheduled' })).toBe('立即重试')
    expect(label({ state: 'prepared', intent_at: 1 })).toBe('立即再查一次')
    expect(label({ action: 'retract', state: 'submitted' })).toBe('让系统再试一次')
  })
})
