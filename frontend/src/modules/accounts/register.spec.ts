import { describe, expect, it } from 'vitest'
import { bulkEdit, exportPath, filterNames, queryOfView, viewQuery, type RegisterFilter } from './bulk'
import { changedValues, editable, groupsOf, mergeNewer, peopleText, readPeople, valueOf } from './fields'
import type { Field, RegisterRecord } from './record'

const field = (name: string, change: Partial<Field> = {}): Field =>
  ({ name, label: name, kind: 'text', choices: [], objects: [], kinds: [], public: false, key: false, fixed: false, most: 0, bulk: true, ...change }) as Field

const filter = (change: Partial<RegisterFilter> = {}) =>
  ({ ...Object.fromEntries(filterNames.map((name) => [name, ''])), ...change }) as RegisterFilter

describe('the fields of the register', () => {
  const fields = [
    field('remark'), field('domain', { objects: ['website', 'subsite'] as never }), field('certified', { objects: ['new_media'] as never }), field('unit'), field('name'),
    field('something_new'), field('original_id', { objects: ['new_media'] as never, kinds: ['wechat_service'] as never }),
  ]

  it('stand in groups, in the order of the form', () => {
    const groups = groupsOf(fields, 'weibo')
    expect(groups.map(({ key }) => key)).toEqual(['identity', 'certification', 'other'])
    expect(groups[0]!.fields.map(({ name }) => name)).toEqual(['name', 'unit'])
  })
  it('that a later program adds are shown too', () =>
    expect(groupsOf(fields, 'weibo').at(-1)!.fields.map(({ name }) => name)).toEqual(['remark', 'something_new']))
  it('are those of the kind', () => {
    const named = (kind: string) => groupsOf(fields, kind).flatMap((group) => group.fields.map(({ name }) => name))
    expect(named('website')).toContain('domain')
    expect(named('website')).not.toContain('certified')
    expect(named('subsite')).toContain('domain')
    expect(named('wechat_service')).toContain('original_id')
    expect(named('weibo')).not.toContain('original_id')
    expect(named('')).toEqual(expect.arrayContaining(['domain', 'certified', 'original_id']))
  })
  it('have the names that fit the kind', () => {
    const name = field('name', { label: '账号名称', site_label: '网站名称' })
    const label = (kind: string) => groupsOf([name], kind)[0]!.fields[0]!.label
    expect(label('website')).toBe('网站名称')
    expect(label('subsite')).toBe('网站名称')
    expect(label('weibo')).toBe('账号名称')
    expect(label('')).toBe('账号名称')
  })
  it('with acts of their own are not typed', () => {
    expect(editable(field('state', { fixed: true }))).toBe(false)
    expect(editable(field('labels', { kind: 'label' }))).toBe(false)
  })
  it('are typed as the API takes them', () => {
    const record = {
      unit_id: 'u1', unit_name: '某镇', name: '某镇发布', external_id: null, platform: 'weibo',
      particulars: { certified: false, certified_until: Date.UTC(2026, 1, 28, 16), functions: ['信息发布', '办事'], barrier_free: null },
      contacts: [{ duty: 'head', name: '甲', phone: '0871-1234567', email: '' }, { duty: 'manager', name: '乙', phone: '', email: 'y@example.cn' }],
    } as unknown as RegisterRecord
    const value = (name: string, kind: string = 'text') => valueOf(record, field(name, { kind } as Partial<Field>))
    expect(value('unit')).toBe('u1')
    expect(value('external_id')).toBe('')
    expect(value('certified', 'truth')).toBe('否')
    expect(value('barrier_free', 'truth')).toBe('')
    expect(value('certified_until', 'day')).toBe('2026-03-01')
    expect(value('functions', 'list')).toBe('信息发布、办事')
    expect(value('head', 'contact')).toBe('甲 0871-1234567')
  })
})

describe('the people of an account', () => {
  it('are read as they were written', () => {
    const people = [{ name: '张 三', phone: '0871-1234567', email: '' }, { name: '李四', phone: '13800000000', email: 'li@example.cn' }]
    expect(readPeople(peopleText(people))).toEqual(people)
  })
  it('are left out while a line is empty', () => expect(peopleText([{ name: '', phone: ' ', email: '' }])).toBe(''))
})

describe('a record that somebody else changed', () => {
  const base = { name: '甲', remark: '', icp: '1' }

  it('keeps what was typed and takes what was not touched', () => {
    const merged = mergeNewer(base, { ...base, remark: '我写的' }, { ...base, icp: '2' })
    expect(merged).toEqual({ values: { name: '甲', remark: '我写的', icp: '2' }, conflicts: {} })
  })
  it('says where both changed a field', () => {
    const merged = mergeNewer(base, { ...base, name: '乙' }, { ...base, name: '丙' })
    expect(merged.values.name).toBe('乙')
    expect(merged.conflicts).toEqual({ name: '丙' })
  })
  it('sees no conflict where both wrote the same', () =>
    expect(mergeNewer(base, { ...base, name: '乙 ' }, { ...base, name: '乙' }).conflicts).toEqual({}))
  it('sends what differs alone', () => expect(changedValues(base, { ...base, icp: ' 1 ', name: '乙' })).toEqual({ name: '乙' }))
})

describe('many accounts at once', () => {
  it('are those ticked', () =>
    expect(bulkEdit({ ids: ['a', 'b'] }, 'mode', ' 人工发布 ', '')).toEqual({ field: 'mode', value: '人工发布', ids: ['a', 'b'] }))
  it('or all that the filter lists, as the API takes it', () =>
    expect(bulkEdit({ filter: filter({ platform: 'weibo', unapproved: 'true', expires_within: '-1' }) }, 'mode', '', '统一调整')).toEqual({
      field: 'mode', value: '', reason: '统一调整', filter: { platform: 'weibo', unapproved: true, expires_within: '-1' },
    }))
  it('are exported as they are shown', () => {
    expect(exportPath(filter({ q: '发布', order: 'name' }), 'csv', 't1')).toBe('/api/accounts.csv?q=%E5%8F%91%E5%B8%83&order=name&template_id=t1')
    expect(exportPath(filter(), 'xlsx', '')).toBe('/api/accounts.xlsx?')
  })
})

describe('a saved view', () => {
  it('gives back the filters it was saved with', () => {
    const given = filter({ q: '发布 微博', finding: 'any' })
    expect(queryOfView(viewQuery(given))).toEqual({ q: '发布 微博', finding: 'any' })
  })
  it('says nothing that the list does not know', () => expect(queryOfView('q=x&cursor=abc&evil=1')).toEqual({ q: 'x' }))
})
