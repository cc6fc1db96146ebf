import { describe as group, expect, it } from 'vitest'
import { describe, silentSections } from './describe'
import { anchorOf, matches, textOf, type Entry } from './entry'
import type { Rulebook } from './queries'

/** A rulebook of which only some sections are given. */
const book = (sections: object): Rulebook => ({ interpretations: [], figures: [], readings: [], versions: [], ...sections }) as unknown as Rulebook

function only(sections: object): Entry {
  const [first] = describe(book(sections))
  expect(first?.entries).toHaveLength(1)
  return first!.entries[0]!
}

const proof = (entry: Entry) => ({ confirmed: entry.confirmed, mirror: entry.mirror })

group('a rulebook laid out for reading', () => {
  it('shows nothing of what the regulation says nothing about, and names it', () => {
    const silent = book({ redesign: { keep_running: true, text: '改版不停', articles: ['12(一)'] } })
    expect(describe(silent).map((section) => section.id)).toEqual(['redesign'])
    expect(silentSections(silent)).toContain('更新时限')
    expect(silentSections(silent)).not.toContain('改版')
    expect(silentSections(silent)).not.toContain('评分表')
  })

  it('marks what nothing confirms, and what was read in a copy', () => {
    const limit = { id: 'a', target: 'account', kinds: ['any'], max_gap: { n: 2, unit: 'week' }, articles: ['甲'] }
    expect(proof(only({ update_limits: [{ ...limit, confirmed: false }] }))).toEqual({ confirmed: false, mirror: false })
    expect(proof(only({ update_limits: [{ ...limit, evidence: 'mirror' }] }))).toEqual({ confirmed: true, mirror: true })
    expect(only({ update_limits: [limit] })).toMatchObject({ title: '各类账号', strength: 'must', section: 'update_limits', rule: 'a' })
  })

  it('shows the stages of an approval with who, to whom and the notice they name', () => {
    const chain = {
      id: 'shut', processes: ['shut'], objects: ['website'], articles: ['12(四)'],
      stages: [
        { seq: 1, action: 'consent', any_of: ['unit_collective', 'unit_head'] },
        { seq: 2, action: 'file', role: 'unit', to: 'police' },
        { seq: 2, action: 'file', role: 'unit', to_name: '行业主管部门', form: 'written' },
        { seq: 3, action: 'announce', role: 'unit', notice: 'start' },
      ],
    }
    const notice = { id: 'start', processes: ['shut'], objects: ['website'], text: '首页挂公告', articles: ['12(四)'] }
    const [section] = describe(book({ approval_chains: [chain], public_notices: [notice] }))
    expect(section!.entries[0]!.title).toBe('网站的关停')
    expect(section!.entries[0]!.steps.map(({ title, notes }) => [title, ...notes])).toEqual([
      ['同意：集体研究或主要负责人'],
      ['备案：主办单位', '报公安机关', '同时进行'],
      ['备案：主办单位', '报行业主管部门', '书面', '同时进行'],
      ['公告：主办单位', '对应公告：首页挂公告'],
    ])
  })

  it('says where to announce, all places or any of them, and that there is no length', () => {
    const notice = { id: 'n', processes: ['open'], objects: ['website'], text: '公告', articles: ['8'], timing: 'after' }
    const facts = (places: object) => only({ public_notices: [{ ...notice, ...places }] }).facts.map((fact) => fact.value)
    expect(facts({ places: ['own_site', 'same_level_portal'], places_match: 'all' })).toEqual(['本网站、本级门户（都要公告）', '事后', '没有规定期限'])
    expect(facts({ places: ['own_site', 'same_level_portal'], places_match: 'any', min_duration: { n: 30, unit: 'day' } })).toEqual([
      '本网站、本级门户（任选一处）',
      '事后',
    ])
  })

  it('gives no figure to words that carry none', () => {
    const [text] = only({ takedown: [{ id: 'u', trigger: 'unit_found', actor: 'unit', action: 'delete', immediately: true, articles: ['25'] }] }).facts.filter(
      (fact) => fact.label === '何时',
    )
    expect(text!.value).toContain('不判逾期')
  })

  it('names the parts of a section after their fields, where their figures stand', () => {
    const [section] = describe(book({ interaction: { mailbox_check: { every: { n: 1, unit: 'day' }, articles: ['22'], interp: ['I-DC-04'] } } }))
    expect(section!.entries[0]).toMatchObject({ section: 'interaction', rule: 'mailbox_check', interp: ['I-DC-04'] })
  })

  it('shows a veto by its figures and a card by its caps', () => {
    const limit = { id: 'any', target: 'account', kinds: ['any'], max_gap: { n: 2, unit: 'week' }, articles: ['甲'] }
    const veto = {
      id: 'v', name: '栏目不更新', objects: ['website'], articles: ['甲'],
      conditions: [
        { id: 'a', text: '到期未更新', count: { of: 'stale_columns', except: ['news'], min: 10, all_if_fewer: true } },
        { id: 'b', text: '没有更新', limit: 'any' },
        { id: 'c', text: '打不开', confirmed: false, probe: { period: { n: 1, unit: 'week' }, visits_per_day: 20, wait_seconds: 15, fail_percent: 5 } },
      ],
    }
    const [vetoes] = describe(book({ vetoes: [veto], update_limits: [limit] }))
    expect(vetoes!.entries[0]!.table!.rows.map((row) => [row.cells[0], row.confirmed])).toEqual([
      ['到期未更新：到期未更新的栏目（动态要闻除外）达到 10 个，总数不足此数的，全部如此即算', true],
      ['没有更新：违反更新时限：各类账号 2周', true],
      ['打不开：监测 1周，每天访问 20 次，每次等待 15 秒，打不开的达到 5%', false],
    ])
    const indicator = {
      id: 'i', name: '办事统计', cap: 2, ministry_cap: 0, articles: ['乙'],
      marks: [
        { id: 'm', text: '到期未更新', points: 1, choice: 'age', after: { n: 1, unit: 'month' } },
        { id: 'q', text: '长期未更新', points: 2, choice: 'age', each: '处' },
      ],
    }
    const card = {
      name: '门户', objects: ['website'], total: 100, bonus: 30, fail_below: 60, bonus_above: 80, articles: ['丙'], bonus_groups: [],
      groups: [{ id: 'g', name: '办事服务', points: 25, indicators: [indicator] }],
    }
    const [shown] = describe(book({ score_card: card }))
    expect(shown!.entries[0]!.points).toEqual(['总分 100 分，另有加分 30 分', '低于 60 分为不合格；高于 80 分的才计加分'])
    expect(shown!.entries[1]).toMatchObject({ title: '办事服务（25 分） · 办事统计：最多扣 2 分', points: ['国务院部门不检查此项', '同类情形只计最重的一种'] })
    expect(shown!.entries[1]!.table!.rows.map((row) => row.cells)).toEqual([['到期未更新（超过 1个月）', '扣 1 分'], ['长期未更新', '每处扣 2 分']])
  })
})

group('the search within a rulebook', () => {
  const entry = only({ training: [{ id: 't', by: 'supervising_office', min_per_year: 1, audience: '具体工作人员', articles: ['38'] }] })
  it('needs every word, wherever it stands', () => {
    expect(matches(textOf(entry, ['第38条']), '培训 第38条')).toBe(true)
    expect(matches(textOf(entry), '培训 公告')).toBe(false)
    expect(matches('15 个工作日', '15个工作日')).toBe(true)
    expect(matches('任何内容', '  ')).toBe(true)
  })
  it('leads to an address that needs no escaping', () =>
    expect(anchorOf({ section: 'vetoes', rule: 'site/probe' })).toBe('vetoes.site.probe'))
})
