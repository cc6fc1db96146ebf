import { describe, expect, it } from 'vitest'
import { consistent, countNames, exportPath, listable, totalsQuery, trailOf, watchQuery, type BoardFilter } from './filter'

const filter = (change: Partial<BoardFilter> = {}): BoardFilter => ({
  unit_id: '', platform: '', rulebook: '', rule: '', status: '', subject_kind: '', q: '', order: '', ...change,
})

describe('what the board asks', () => {
  it('leaves out what narrows nothing', () => {
    expect(totalsQuery(filter({ platform: 'weibo', status: 'stale' }))).toEqual({ platform: 'weibo' })
    expect(watchQuery(filter({ platform: 'weibo' }))).toEqual({ platform: 'weibo' })
  })
  it('asks for what is due soon as a part of what is in order', () =>
    expect(watchQuery(filter({ status: 'due_soon' }))).toEqual({ status: 'ok', due_soon: true }))
  it('names a rule only with its rulebook', () => {
    expect(watchQuery(filter({ rule: 'account-any' }))).toEqual({})
    expect(watchQuery(filter({ rule: 'account-any', rulebook: 'national-2019' }), 'c')).toEqual({
      rule: 'account-any', rulebook: 'national-2019', cursor: 'c',
    })
  })
  it('asks under the rulebook of the board for what has no clock there, too', () => {
    for (const status of ['no_rule', 'unknown', 'calendar_pending']) {
      expect(watchQuery(filter({ rulebook: 'national-2019', status, order: 'name' }))).toEqual({
        rulebook: 'national-2019', status, order: 'name',
      })
    }
  })
  it('exports exactly what the list shows', () =>
    expect(exportPath(filter({ q: '文旅 & 住建', status: 'due_soon', order: 'name' }))).toBe(
      '/api/dashboard/accounts.xlsx?q=%E6%96%87%E6%97%85+%26+%E4%BD%8F%E5%BB%BA&order=name&status=ok&due_soon=true',
    ))
})

describe('a change of the filter', () => {
  it('drops the rule of another rulebook', () =>
    expect(consistent(filter({ rulebook: 'a', rule: 'x' }), { rulebook: 'b' })).toEqual({ rulebook: 'b', rule: '' }))
  it('takes a rule together with its rulebook', () =>
    expect(consistent(filter(), { rulebook: 'b', rule: 'y' })).toEqual({ rulebook: 'b', rule: 'y' }))
  it('keeps the rule when only the unit changes', () =>
    expect(consistent(filter({ rulebook: 'a', rule: 'x', status: 'stale' }), { unit_id: 'u' })).toEqual({ unit_id: 'u' }))
  it('drops a status that the list cannot show under one rule', () => {
    expect(consistent(filter({ status: 'no_rule' }), { rulebook: 'b', rule: 'y' })).toEqual({ rulebook: 'b', rule: 'y', status: '' })
    expect(consistent(filter({ status: 'calendar_pending' }), { rulebook: 'b', rule: 'y' })).toEqual({ rulebook: 'b', rule: 'y' })
  })
  it('keeps every status when only the rulebook changes', () => {
    for (const status of countNames) {
      expect(consistent(filter({ status }), { rulebook: 'b' })).toEqual({ rulebook: 'b', rule: '' })
    }
  })
  it('lets every count be opened under one rulebook, and under one rule what has its clock', () => {
    expect(listable({ rule: '' })).toEqual([...countNames])
    expect(listable({ rule: 'x' })).toEqual(['stale', 'due_soon', 'ok', 'calendar_pending'])
  })
})

describe('the way to a unit', () => {
  const unit = (id: string, path: string) => ({ id, name: id, path, parent_id: null })
  const tree = [unit('c', 'top/a/b/c/'), unit('a', 'top/a/'), unit('x', 'top/x/'), unit('b', 'top/a/b/')]
  it('runs from the top that the person reaches down to the unit', () =>
    expect(trailOf(tree, 'c').map((one) => one.id)).toEqual(['a', 'b', 'c']))
  it('is empty for a unit out of reach', () => expect(trailOf(tree, 'top')).toEqual([]))
})
