import { describe, expect, it } from 'vitest'
import { commonActions, countsOf, sides } from './differences'
import type { Difference, DifferenceCount } from './queries'

describe('the two sides of a difference', () => {
  it('stand beside each other, with a blank where one is silent', () =>
    expect(sides({ ours: { name: '甲' }, theirs: { name: '乙', state: '已关停' } } as unknown as Difference)).toEqual([
      { field: 'name', ours: '甲', theirs: '乙' },
      { field: 'state', ours: '', theirs: '已关停' },
    ]))
  it('stand in the order of the form', () =>
    expect(sides({ ours: {}, theirs: { external_id: '1', name: '甲', other: 'x' } } as unknown as Difference, ['name', 'external_id']).map(({ field }) => field)).toEqual([
      'name', 'external_id', 'other',
    ]))
})

describe('the counts of differences', () => {
  const counts = [
    { source: 'national', kind: 'renamed', state: 'open', n: 2 },
    { source: 'platform', kind: 'renamed', state: 'open', n: 3 },
    { source: 'national', kind: 'missing', state: 'open', n: 1 },
    { source: 'national', kind: 'differs', state: 'settled', n: 9 },
  ] as DifferenceCount[]

  it('are by kind, over both sources', () =>
    expect(countsOf(counts, '', 'open')).toEqual([{ kind: 'missing', count: 1 }, { kind: 'renamed', count: 5 }]))
  it('are those of the list that is shown', () => expect(countsOf(counts, 'platform', 'open')).toEqual([{ kind: 'renamed', count: 3 }]))
  it('leave out what there is none of', () => expect(countsOf(counts, 'platform', 'settled')).toEqual([]))
})

describe('several differences', () => {
  const of = (...actions: string[]) => ({ actions }) as unknown as Difference

  it('are settled in the ways that all of them allow', () =>
    expect(commonActions([of('take', 'file', 'ignore'), of('file', 'ignore')])).toEqual(['file', 'ignore']))
  it('may have no way in common', () => expect(commonActions([of('take'), of('file')])).toEqual([]))
})
