import { describe, expect, it } from 'vitest'
import {
  aloneNotice, blanksIn, emptyAlone, historyOf, paragraphs, placeOptions, reachability, sayEarliest, sayLeft, saySignature, sayTerm, whyNotEnd,
} from './notice'
import type { Notice } from './queries'

const beijing = (year: number, month: number, date: number, hours = 0, minutes = 0) => Date.UTC(year, month - 1, date, hours - 8, minutes)

/** A notice that began on 2026-10-09 and must stand up to 2026-10-30. */
const notice = (change: Partial<Notice> = {}): Notice =>
  ({
    id: 'n', citation: '潼南 2022 第9条', state: 'standing', state_label: '公告中', rule: 'close', length: '15个工作日', earliest_on: '2026-10-30', earliest_wait: false, left: '还有 3 个工作日',
    created_at: beijing(2026, 10, 8, 9), signed_at: beijing(2026, 10, 8, 16), signed_name: '主小要', signed_role: 'unit_head',
    published_at: beijing(2026, 10, 9, 9), from_at: beijing(2026, 10, 9, 10), until_at: beijing(2026, 10, 31), pending: false,
    last_on: null, ended_at: null, end_reason: '', places: [], wanted_places: [], places_match: '', actions: [], ...change,
  }) as Notice

describe('from when to when a notice stands', () => {
  it('is at least the regulation’s, where no last day was chosen', () => expect(sayTerm(notice())).toBe('2026-10-09 起，至少到 2026-10-30'))
  it('is the chosen last day', () => expect(sayTerm(notice({ last_on: beijing(2026, 11, 6) }))).toBe('2026-10-09 至 2026-11-06'))
  it('is not known before it was published', () =>
    expect(sayTerm(notice({ state: 'signed', published_at: null, from_at: null, until_at: null }))).toBe('还没有发布'))
  it('has not begun while a place is missing', () => expect(sayTerm(notice({ from_at: null, until_at: null }))).toMatch(/时间没有起算/))
  it('waits for the calendar rather than guess', () =>
    expect(sayTerm(notice({ pending: true, until_at: null }))).toBe('2026-10-09 起，结束日待日历确认'))
  it('is open where the regulation gives no length', () => expect(sayTerm(notice({ until_at: null }))).toBe('2026-10-09 起'))
  it('is over', () => expect(sayTerm(notice({ state: 'ended', ended_at: beijing(2026, 11, 2, 9) }))).toBe('2026-10-09 至 2026-11-02'))
})

describe('what the regulation asks of its time', () => {
  it('is told before it begins', () => expect(sayEarliest(notice({ from_at: null }))).toBe('最早的结束日：2026-10-30'))
  it('binds once it counts', () => expect(sayEarliest(notice())).toBe('公告须留到 2026-10-30 24:00'))
  it('is never guessed', () => expect(sayEarliest(notice({ earliest_on: '', earliest_wait: true }))).toBe('待日历确认'))
  it('is nothing where no figure is given, and nothing where nobody asks', () => {
    expect(sayEarliest(notice({ length: '', earliest_on: '' }))).toMatch(/没有写明/)
    expect(sayEarliest(notice({ rule: '', length: '', earliest_on: '' }))).toMatch(/没有规定要求/)
  })
  it('is over with the notice', () => expect(sayEarliest(notice({ state: 'withdrawn' }))).toBe(''))
  it('counts down as the server says', () => {
    expect(sayLeft(notice())).toBe('规定的公告时间还有 3 个工作日')
    expect(sayLeft(notice({ left: '已满' }))).toBe('规定的公告时间已满')
    expect(sayLeft(notice({ left: '' }))).toBe('')
  })
})

describe('why it cannot be taken down', () => {
  const mine = { actions: ['place', 'last_day'] }
  it('is its time', () => expect(whyNotEnd(notice(mine))).toBe('还不能撤下：依据潼南 2022 第9条，公告须留到 2026-10-30 24:00。'))
  it('is a missing place', () => expect(whyNotEnd(notice({ ...mine, from_at: null }))).toMatch(/位置还没有全部发布/))
  it('is the calendar', () => expect(whyNotEnd(notice({ ...mine, earliest_wait: true }))).toMatch(/待日历确认/))
  it('is nothing when it can be', () => expect(whyNotEnd(notice({ actions: ['last_day', 'end'] }))).toBe(''))
  it('is nothing to somebody who only reads', () => expect(whyNotEnd(notice())).toBe(''))
})

describe('the text', () => {
  it('says how much is to be filled in', () => expect(blanksIn('因＿＿＿＿，此后请关注：＿＿＿＿。')).toBe(2))
  it('is complete with an underline of one sign', () => expect(blanksIn('名称＿甲')).toBe(0))
  it('falls into paragraphs at empty lines', () => expect(paragraphs('一\n二\n \n三\n\n\n')).toEqual(['一\n二', '三']))
})

describe('a place', () => {
  const seen = { failing_since: null, reached_at: null, checked_at: null }
  it('waits for its first look', () => expect(reachability(seen).tone).toBe('wait'))
  it('can be opened', () => expect(reachability({ ...seen, reached_at: beijing(2026, 10, 9, 8, 30) })).toEqual({ label: '2026-10-09 08:30 能打开', tone: 'good' }))
  it('cannot be opened any more', () =>
    expect(reachability({ ...seen, reached_at: beijing(2026, 10, 9), failing_since: beijing(2026, 10, 10, 7) })).toEqual({ label: '2026-10-10 07:00 起打不开', tone: 'bad' }))
  it('that is missing is offered first, any other last', () =>
    expect(placeOptions(notice({
      wanted_places: [{ place: 'own_site', name: '本网站', there: true }, { place: 'district_portal', name: '区政府门户', there: false }],
    })).map((option) => option.value)).toEqual(['district_portal', 'own_site', 'other']))
})

describe('what happened', () => {
  const place = { name: '区政府门户', published_at: beijing(2026, 10, 9, 10) } as Notice['places'][number]
  it('stands in the order of time', () =>
    expect(historyOf(notice({ places: [place], wanted_places: [{ place: 'district_portal', name: '区政府门户', there: true }] })).map((step) => step.text))
      .toEqual(['起草', '主小要签发', '在公开页面发布', '在区政府门户发布', '规定的位置都已发布，时间起算']))
  it('ends with why it was taken back', () =>
    expect(historyOf(notice({ state: 'withdrawn', ended_at: beijing(2026, 10, 12), end_reason: '名称写错' })).at(-1)?.text).toBe('作废，理由：名称写错'))
  it('names who signed, in which role', () => {
    expect(saySignature(notice())).toBe('主小要（主要负责人）于 2026-10-08 16:00 签发')
    expect(saySignature(notice({ signed_at: null }))).toBe('')
  })
})

describe('a notice that stands for itself', () => {
  const form = { ...emptyAlone('u'), process: 'shut', account_id: 'a', reason: ' 机构改革 ', gone_to: '云岭发布', title: '旧题', body: '旧文' }
  it('is drafted from the facts alone', () =>
    expect(aloneNotice(form)).toEqual({ unit_id: 'u', process: 'shut', account_id: 'a', reason: '机构改革', gone_to: '云岭发布' }))
  it('has the text that was typed, and no facts', () =>
    expect(aloneNotice({ ...form, typed: true })).toEqual({ unit_id: 'u', process: 'shut', account_id: 'a', title: '旧题', body: '旧文' }))
})
