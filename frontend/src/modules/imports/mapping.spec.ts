import { describe, expect, it } from 'vitest'
import type { Field } from '@/modules/accounts/record'
import { asColumns, asMapping, doubled, letterOf, pastedTitles, saysWhich, shareDone, targetsOf } from './mapping'
import type { Import } from './queries'
import { rowOutcome, sayResult } from './states'

describe('the columns of a sheet', () => {
  it('keep the fields they were mapped to', () => {
    const mapping = { columns: [{ column: 0, field: 'name' }, { column: 2, field: 'head.phone' }], words: {}, assume: {} }
    const columns = asColumns(mapping, 3)
    expect(columns).toEqual(['name', '', 'head.phone'])
    expect(asMapping(columns, mapping)).toEqual(mapping)
  })
  it('drop what lies beyond the sheet', () => expect(asColumns({ columns: [{ column: 9, field: 'name' }] }, 2)).toEqual(['', '']))
  it('leave out blanks that are assumed to be nothing', () =>
    expect(asMapping(['name'], { assume: { mode: '', state: 'in_use' } }).assume).toEqual({ state: 'in_use' }))
  it('are refused where two hold one field, or a field and its part', () => {
    expect(doubled(['name', 'name', 'unit'])).toEqual(new Set(['name']))
    expect(doubled(['head', 'head.phone'])).toEqual(new Set(['head', 'head.phone']))
    expect(doubled(['head.name', 'head.phone', '', ''])).toEqual(new Set())
    expect(doubled(['domain', 'domain_enabled_on'])).toEqual(new Set())
  })
  it('must say which account a row is', () => {
    expect(saysWhich(['unit', 'home_url'])).toBe(false)
    expect(saysWhich(['unit', 'national_id'])).toBe(true)
  })
  it('are named by letters', () => expect([0, 25, 26, 701, 702].map(letterOf)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']))
  it('can be parts of people, and never files', () => {
    const fields = [{ name: 'head', label: '主要负责人', kind: 'contact' }, { name: 'qr_id', label: '二维码', kind: 'file' }] as Field[]
    expect(targetsOf(fields).map(({ value }) => value)).toEqual(['head', 'head.name', 'head.phone', 'head.email'])
  })
})

describe('a pasted header row', () => {
  it('is cut at its tabs', () => expect(pastedTitles('序号\t账号名称\t\t备注\t\n1\t某某发布')).toEqual(['序号', '账号名称', '', '备注']))
  it('is cut at commas where there is no tab', () => expect(pastedTitles('\r\n序号，账号名称,备注')).toEqual(['序号', '账号名称', '备注']))
  it('may be nothing', () => expect(pastedTitles(' \n ')).toEqual([]))
})

describe('an import', () => {
  const one = { kind: 'register', state: 'done', created: 3, changed: 2, failed: 1, kept: 0, done_rows: 5, creates: 4, changes: 4, sames: 1, refused: 1 } as Import

  it('says what came of it', () => {
    expect(sayResult(one)).toBe('导入完成：新建 3 个，修改 2 个，未导入 2 个。')
    expect(sayResult({ ...one, state: 'undone', kept: 2 })).toContain('2 个账号')
    expect(sayResult({ ...one, state: 'previewed' })).toBe('')
  })
  it('never says that a comparison changed the register', () => {
    expect(sayResult({ ...one, kind: 'national' })).toBe('核对完成：2 行与台账有差异。')
    expect(rowOutcome('national', 'create').label).toBe('台账里没有')
    expect(rowOutcome('register', 'create').label).toBe('新建')
  })
  it('shows how far it is', () => {
    expect(shareDone(one)).toBe(50)
    expect(shareDone({ ...one, creates: 0, changes: 0, sames: 0, refused: 0 })).toBe(0)
  })
})
