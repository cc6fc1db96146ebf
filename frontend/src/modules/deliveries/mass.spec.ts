import { describe, expect, it } from 'vitest'
import { decisionLine, doneWord, isSpent, massForm, quotaLine } from './mass'

const noon = Date.UTC(2026, 10, 22, 4)
const sending = { most: 4, used: 1, window: 'month' as const, until: Date.UTC(2026, 10, 30, 16) }

describe('quotaLine', () => {
  it('says what is used and left of the span', () => expect(quotaLine(sending, noon - 1, noon)).toBe('本月可群发 4 次，本平台已用 1 次，还剩 3 次'))
  it('speaks of the span in which it is due', () =>
    expect(quotaLine({ ...sending, window: 'day', most: 1 }, noon + 1, noon)).toBe('发出当天可群发 1 次，本平台已用 1 次，还剩 0 次'))
  it('knows when nothing is left', () => expect([isSpent(sending), isSpent({ used: 4, most: 4 })]).toEqual([false, true]))
})

describe('massForm', () => {
  it('wants a choice', () => expect(massForm('', true)).toEqual({ errors: { choice: '请选择发布方式。' } }))
  it('wants a word before all followers are told', () => expect(massForm('mass', false).choice).toBeUndefined())
  it('takes what was confirmed', () => expect(massForm('mass', true)).toEqual({ choice: 'mass', errors: {} }))
  it('wants no word where nobody is told', () => expect(massForm('publish', false).choice).toBe('publish'))
})

describe('what was decided', () => {
  it('says that nothing goes out before', () => expect(decisionLine({ choice: '' as never, decided_by: '', decided_at: null })).toContain('不决定就不会发出'))
  it('names who and when', () =>
    expect(decisionLine({ choice: 'mass', decided_by: '信小员', decided_at: noon })).toBe('信小员 2026-11-22 12:00 决定：群发给全部粉丝'))
  it('says when it goes on', () => expect([doneWord('mass', noon + 1, noon), doneWord('publish', noon - 1, noon)]).toEqual(['已确认群发，到时间发出', '已改为不通知发布，系统马上处理']))
})
