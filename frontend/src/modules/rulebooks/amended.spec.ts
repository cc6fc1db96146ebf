import { describe, expect, it } from 'vitest'
import { isMoving, sayRejudged, shareOf, shownRejudgements } from './amended'
import type { Reading, Rejudgement } from './queries'
import { chosenOption } from './reading'
import { sayHeld, sayTerm, termTone } from './term'

const now = Date.UTC(2026, 10, 22, 4)
const day = 86_400_000
const judging = (id: string, change: Partial<Rejudgement> = {}) =>
  ({ id, due_at: now - 1, started_at: null, finished_at: null, looked: 0, total: 0, ...change }) as Rejudgement

describe('judging anew', () => {
  it('says at once what happens when', () => {
    expect(sayRejudged({ rejudgement: judging('a') }, '2026-11-22', now)).toBe('已保存，正在按新的规则重新判定账号。')
    expect(sayRejudged({ rejudgement: judging('a') }, '2026-12-01', now)).toBe('已保存，到 2026-12-01 生效，届时重新判定账号。')
    expect(sayRejudged({ rejudgement: null }, '2026-12-01', now)).toBe('已保存。')
  })
  it('is asked for again only while one should be under way', () => {
    expect(isMoving([judging('done', { finished_at: now })], now)).toBe(false)
    expect(isMoving([judging('later', { due_at: now + day })], now)).toBe(false)
    expect(isMoving([judging('a')], now)).toBe(true)
  })
  it('shows what runs before what waits for its day, and nothing that is through', () =>
    expect(
      shownRejudgements([judging('later', { due_at: now + day }), judging('done', { finished_at: now }), judging('a')], now).map(({ id }) => id),
    ).toEqual(['a', 'later']))
  it('is through only when all was looked at', () => {
    expect(shareOf({ looked: 0, total: 0 })).toBe(0)
    expect(shareOf({ looked: 12_000, total: 300_000 })).toBe(4)
    expect(shareOf({ looked: 299_999, total: 300_000 })).toBe(99)
    expect(shareOf({ looked: 300_001, total: 300_000 })).toBe(100)
  })
})

describe('how long something holds', () => {
  const from = Date.UTC(2026, 10, 21, 16)
  it('is said by Beijing days', () => {
    expect(sayTerm(from, null)).toBe('2026-11-22 起')
    expect(sayTerm(from, from + day)).toBe('2026-11-22 起，到 2026-11-23 前')
    expect(sayTerm(0, null)).toBe('一直适用')
  })
  it('names the unit above that adopted it', () => {
    const held = { layer: 'local' as const, since: from, until: null, unit_id: 'top', unit_name: '区政府办', reason: '' }
    expect(sayHeld(held, null, 'town')).toBe('本地规则库，2026-11-22 起，随区政府办')
    expect(sayHeld(held, null, 'top', false)).toBe('2026-11-22 起')
    expect(sayHeld(null, { ...held, layer: 'layered' }, 'top')).toBe('现在没有适用；以后：叠加适用，2026-11-22 起')
  })
  it('never shows a state it does not know as good', () => expect(termTone('other')).toBe('plain'))
})

describe('the option in force', () => {
  const reading = (chosen?: Reading['chosen']) => chosenOption({ chosen })
  it('is the rulebook’s own until an office chose', () => {
    expect(reading()).toBe('default')
    expect(reading({ option: 'natural-week' })).toBe('natural-week')
    expect(reading({ text: '按本地习惯' })).toBe('')
  })
})
