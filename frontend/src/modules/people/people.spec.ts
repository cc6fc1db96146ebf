import { describe, expect, it } from 'vitest'
import { dayTyped, newPassword, progress, rolesByUnit, sayItems, shownPerson } from './people'
import type { Filing, Handover, PersonLine } from './queries'

const person = (changes: Partial<PersonLine>): PersonLine =>
  ({ disabled_at: null, locked_until: null, must_change: false, roles: [], ...changes }) as PersonLine

describe('somebody', () => {
  it('stands as the gravest of what holds', () => {
    expect(shownPerson(person({ disabled_at: 1, must_change: true }), 5).tone).toBe('plain')
    expect(shownPerson(person({ locked_until: 9 }), 5).tone).toBe('warn')
    expect(shownPerson(person({ locked_until: 4 }), 5).tone).toBe('good')
    expect(shownPerson(person({ must_change: true }), 5).tone).toBe('wait')
  })

  it('has one line of roles for each unit', () => {
    const roles = [
      { unit_id: 'a', unit_name: '清源镇', role: 'info_officer' },
      { unit_id: 'b', unit_name: '云林局', role: 'unit_head' },
      { unit_id: 'a', unit_name: '清源镇', role: 'layout_staff' },
    ] as PersonLine['roles']
    expect(rolesByUnit(person({ roles }))).toEqual([
      { unit: 'a', name: '清源镇', roles: '信息员、排版人员' },
      { unit: 'b', name: '云林局', roles: '主要负责人' },
    ])
  })
})

it('counts the items of a hand-over that are done', () => {
  const items = [{ done_on: 1 }, { done_on: null }, { done_on: null }] as Handover['items']
  expect(progress({ items })).toBe('已办 1 / 3 项')
})

it('shows what a filing still lacks', () => {
  const items = [
    { name: '姓名', value: '荷新人' },
    { name: '手机号码', value: '' },
  ] as Filing['items']
  expect(sayItems({ items })).toBe('姓名：荷新人，手机号码：未填')
})

it('takes a typed day as Beijing midnight, and no day as nothing', () => {
  expect(dayTyped('2026-11-22')).toBe(Date.UTC(2026, 10, 21, 16))
  expect(dayTyped('')).toBe(0)
})

it('makes passwords that differ and hold no letters that look alike', () => {
  const made = new Set(Array.from({ length: 50 }, newPassword))
  expect(made.size).toBe(50)
  for (const one of made) expect(one).toMatch(/^[A-HJ-NP-Za-km-z2-9]{14}$/)
})
