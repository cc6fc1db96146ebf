import { describe, expect, it } from 'vitest'
import type { Branch, UnitCard, UnitEvent, Vacancy } from './queries'
import { childrenOf, findUnits, sayEvent, sayMerger, sayVacancy, topUnits } from './units'

const branch = (id: string, name: string, depth: number, parent: string | null): Branch =>
  ({ id, name, short_name: name.slice(0, 2), depth, parent_id: parent }) as Branch

const tree = [branch('a', '示范区政府办', 0, 'beyond'), branch('b', '清源镇', 1, 'a'), branch('c', '清源镇党政办', 2, 'b')]

describe('the tree', () => {
  it('begins with the units whose parent is out of reach', () => {
    expect(topUnits(tree).map((unit) => unit.id)).toEqual(['a'])
    expect(childrenOf(tree, 'a').map((unit) => unit.id)).toEqual(['b'])
  })

  it('is searched by parts of names, and by nothing it finds nothing', () => {
    expect(findUnits(tree, ' 清源 ').map((unit) => unit.id)).toEqual(['b', 'c'])
    expect(findUnits(tree, '  ')).toEqual([])
  })
})

describe('what happened to a unit', () => {
  const event = (action: string, detail: Record<string, unknown>): UnitEvent => ({ action, detail, at: 1, person_name: '' }) as UnitEvent
  const nameOf = (id: string): string => tree.find((unit) => unit.id === id)?.name ?? id

  it('names both names and both places', () => {
    expect(sayEvent(event('unit.rename', { from: '旧', to: '新' }), nameOf)).toBe('由“旧”改为“新”')
    expect(sayEvent(event('unit.move', { from: 'a', to: 'b' }), nameOf)).toBe('由“示范区政府办”改为“清源镇”')
  })

  it('counts what a merger moved', () => {
    expect(sayEvent(event('unit.merge', { into_name: '云林局', accounts: 3, people: 2 }), nameOf)).toBe('云林局；账号 3 个，人员 2 人')
  })
})

it('says before a merger what goes over and what must be ended first', () => {
  const unfinished = [
    { kind: 'signing', label: '1 篇正在审签的稿件', moves: false },
    { kind: 'notice', label: '2 份没有结束的公告', moves: true },
  ]
  const card = (changes: Partial<UnitCard>): UnitCard => ({ unit: { name: '清源镇' }, accounts: 3, people: 2, units: 1, unfinished, belongings: [], ...changes }) as UnitCard
  expect(sayMerger(card({}))).toContain('账号 3 个、在用人员 2 人、下级单位 1 个，2 份没有结束的公告。“清源镇”')
  expect(sayMerger(card({}))).toContain('请先办结或撤回1 篇正在审签的稿件')
  expect(sayMerger(card({ unfinished: [] }))).not.toContain('请先')
  expect(sayMerger(card({}))).not.toContain('不转过去')
  const belongings = [
    { kind: 'template', total: 2, label: '2 个导入模板', moves: true, why: '' },
    { kind: 'hook', total: 1, label: '1 个群机器人', moves: false, why: '随单位停用' },
  ]
  expect(sayMerger(card({ belongings }))).toContain('2 份没有结束的公告、2 个导入模板。')
  expect(sayMerger(card({ belongings }))).toContain('不转过去的有：1 个群机器人（随单位停用）。')
})

it('says how many are missing only where it asks for more than one', () => {
  const vacancy = (needed: number, held: number): Vacancy => ({ role: 'info_officer', label: '信息员', needed, held, grounds: [] }) as Vacancy
  expect(sayVacancy(vacancy(1, 0))).toBe('缺信息员')
  expect(sayVacancy(vacancy(2, 1))).toBe('缺信息员：应有 2 名，现有 1 名')
})
