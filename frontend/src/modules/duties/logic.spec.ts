import { describe, expect, it } from 'vitest'
import { emptyMatter, groupRules, newMatter, previewOf, sayCountdown, sayDue, sayFinish, sayLimit } from './matter'
import { countTyped, sayCounts, sayEvery, saySpan } from './period'
import type { Matter, Roster, Shift, Startable, WeekClock } from './queries'
import { daysOf, fillDays, firstWrong, linesOf, nextLine, rosterOf, weekFrom } from './roster'
import { linkOf, sayClockDue, shownClock } from './weekly'

const hour = 3_600_000
const day = 24 * hour
const beijing = (year: number, month: number, date: number, hours = 0, minutes = 0) => Date.UTC(year, month - 1, date, hours - 8, minutes)

const rule = (change: Partial<Startable> = {}): Startable => ({
  articles: ['26'], causes: [], citation: '潼南 2022 第26条', confirmed: true, event_label: '通知主办单位', kind: 'deadline', kind_label: '限时办理',
  limit: { n: 1, unit: 'hour' }, needs_website: false, rule: 'office-found', rulebook: 'tongnan-2022', rulebook_name: '潼南 2022',
  section: 'takedown', strength: 'must', text: '主管单位发现敏感信息，通知删除', timing: 'deadline', ...change,
})

const matter = (change: Partial<Matter> = {}): Matter =>
  ({
    state: 'open', timing: 'deadline', standing: 'open', due_at: beijing(2026, 5, 13), due_text: '2026-05-12 24:00', end_of_day: true,
    citation: '潼南 2022 第12条', over_ms: null, ...change,
  }) as Matter

describe('when a matter is due', () => {
  it('is said with the clause', () => expect(sayDue(matter())).toBe('截止 2026-05-12 24:00（潼南 2022 第12条）'))
  it('is the earliest end of what must stand for a while', () =>
    expect(sayDue(matter({ timing: 'wait' }))).toBe('最早 2026-05-12 24:00 可以办结（潼南 2022 第12条）'))
  it('waits for the calendar rather than guess', () => expect(sayDue(matter({ due_text: '' }))).toBe('待日历确认（潼南 2022 第12条）'))
  it('is never said where the rule has no figure', () =>
    expect(sayDue(matter({ timing: 'record', due_text: '' }))).toBe('只记时间，不判逾期（潼南 2022 第12条）'))
  it('counts down and then up', () => {
    const due = beijing(2026, 5, 13)
    expect(sayCountdown(matter(), due - 2 * hour)).toBe('剩 2 小时')
    expect(sayCountdown(matter(), due + day)).toBe('逾期 1 天')
    expect(sayCountdown(matter({ timing: 'wait' }), due - day)).toBe('还差 1 天期满')
    expect(sayCountdown(matter({ timing: 'wait' }), due + day)).toBe('期限已满，可以办结')
  })
  it('stops counting when the matter is done or void', () => {
    const done = { state: 'done' as const, standing: 'late', over_ms: 3 * hour }
    expect(sayCountdown(matter(done), beijing(2027, 1, 1))).toBe('逾期 3 小时办结')
    expect(sayCountdown(matter({ ...done, standing: 'on_time', over_ms: null }), beijing(2027, 1, 1))).toBe('按时办结')
    expect(sayCountdown(matter({ state: 'void' }), beijing(2027, 1, 1))).toBe('')
  })
  it('at 24:00 is late already, while an hour is kept at its last instant', () => {
    const due = beijing(2026, 5, 13)
    expect(sayFinish(matter(), due)).toMatch(/逾期/)
    expect(sayFinish(matter(), due - 1)).toMatch(/按时/)
    expect(sayFinish(matter({ end_of_day: false }), due)).toMatch(/按时/)
  })
  it('says until when a notice must stand', () => {
    expect(sayFinish(matter({ timing: 'wait' }), beijing(2026, 5, 1))).toContain('2026-05-12 24:00')
    expect(sayFinish(matter({ timing: 'wait' }), beijing(2026, 6, 1))).toBe('')
  })
})

describe('the rules to choose from', () => {
  it('stand by subject, with figures only where the rule has one', () => {
    const groups = groupRules([rule(), rule({ section: 'disclosure', rule: 'general' }), rule({ rule: 'unit-found', timing: 'record', limit: undefined })])
    expect(groups.map((group) => [group.label, group.rules.length])).toEqual([['敏感内容处置', 2], ['信息公开', 1]])
    expect(groups[0]!.rules.map(({ rule: one }) => sayLimit(one))).toEqual(['限 1 小时', '只记时间，不判逾期'])
  })
  it('keep two rulebooks apart that name a rule alike', () => {
    const keys = groupRules([rule(), rule({ rulebook: 'zhaotong-2018' })])[0]!.rules.map(({ key }) => key)
    expect(new Set(keys).size).toBe(2)
  })
})

describe('a new matter', () => {
  const form = { ...emptyMatter('u'), title: ' 关于删除的通知 ', event_at: '2026-05-12T09:30', cause: 'x', planned_until: '2026-05-13T09:30', longer: true, longer_reason: '要查证' }
  it('is previewed only once its time can be read', () => {
    expect(previewOf({ ...form, event_at: '' }, rule())).toBeNull()
    expect(previewOf(form, undefined)).toBeNull()
    expect(previewOf(form, rule())?.event_at).toBe(beijing(2026, 5, 12, 9, 30))
  })
  it('sends nothing that its rule does not ask for', () =>
    expect(newMatter(form, rule())).toEqual({
      unit_id: 'u', rulebook: 'tongnan-2022', section: 'takedown', rule: 'office-found', title: '关于删除的通知', event_at: beijing(2026, 5, 12, 9, 30),
    }))
  it('asks for the longer period only with a reason', () => {
    const long = rule({ longer: { n: 30, unit: 'working_day' } })
    expect(newMatter(form, long).longer_reason).toBe('要查证')
    expect(newMatter({ ...form, longer_reason: ' ' }, long)).not.toHaveProperty('longer_reason')
  })
  it('of a website off the net has a plan or a cause that counts nothing', () => {
    const offline = rule({ needs_website: true, causes: ['x'] })
    expect(previewOf(form, offline)).toBeNull()
    expect(previewOf({ ...form, account_id: 'a' }, offline)).toMatchObject({ cause: 'x', account_id: 'a' })
    expect(previewOf({ ...form, account_id: 'a', cause: '' }, offline)).toMatchObject({ planned_until: beijing(2026, 5, 13, 9, 30) })
  })
  it('has one channel a line', () => expect(newMatter({ ...form, parts: '公众号\n\n 门户网站 ' }, rule()).parts).toEqual(['公众号', '门户网站']))
})

describe('what comes back', () => {
  it('is said in the words of a calendar', () => {
    expect(sayEvery({ every: { n: 1, unit: 'day' } })).toBe('每天')
    expect(sayEvery({ period: 'quarter' })).toBe('每季度')
    expect(sayEvery({ date: { month: 1, day: 31 } })).toBe('每年 1 月 31 日前')
  })
  it('shows each kind that must be reached by itself', () => {
    const counts = { enough: false, counts: [{ kind: 'online_survey', owed: 3, done: 1 }, { kind: 'opinion_collection', owed: 3, done: 3 }] }
    expect(sayCounts({ done: 4, owed: 3, each_kind: true, counts })).toEqual(['网上调查：实 1 / 应 3', '民意征集：实 3 / 应 3'])
    expect(sayCounts({ done: 1, owed: 2, counts })).toEqual(['实 1 / 应 2'])
  })
  it('ends on the last day of its period', () => {
    expect(saySpan(beijing(2026, 7, 1), beijing(2026, 10, 1))).toBe('2026-07-01 至 2026-09-30')
    expect(saySpan(beijing(2026, 7, 1), beijing(2026, 7, 2))).toBe('2026-07-01')
  })
  it('takes whole numbers only', () => expect([' 12 ', '', '-1', '1.5', '很多'].map(countTyped)).toEqual([12, undefined, null, null, null]))
})

describe('the roster', () => {
  const monday = beijing(2026, 11, 16)
  const shift = (from: number, until: number, name = '甲'): Shift => ({ id: name, unit_id: 'u', person_name: name, from_at: from, until_at: until, created_at: 0, created_by: '' })
  const roster = { from_at: monday, until_at: monday + 7 * day, shifts: [shift(monday - 12 * hour, monday + 8 * hour, '早'), shift(monday + day, monday + 2 * day, '乙')] } as Roster

  it('begins its week on Monday in Beijing, whatever day is asked for', () => {
    expect(weekFrom('2026-11-22', 0)).toBe(monday)
    expect(weekFrom('2026-11-16', 0)).toBe(monday)
    expect(weekFrom('', monday - 1)).toBe(monday - 7 * day)
    expect(weekFrom('nonsense', monday + day)).toBe(monday)
  })
  it('shows a shift on each day it touches', () =>
    expect(daysOf(roster).map((one) => one.shifts.map((it) => it.person_name).join())).toEqual(['早', '乙', '', '', '', '', '']))
  it('lets nobody change what began in the week before', () =>
    expect(linesOf(roster)).toEqual([{ name: '乙', from: '2026-11-17T00:00', until: '2026-11-18T00:00' }]))
  it('goes on where the last line ends', () => {
    expect(nextLine([{ name: '乙', from: '2026-11-17T08:00', until: '2026-11-17T20:00' }], monday)).toEqual({ name: '', from: '2026-11-17T20:00', until: '2026-11-18T08:00' })
    expect(nextLine([], monday)).toEqual({ name: '', from: '2026-11-16T00:00', until: '2026-11-17T00:00' })
  })
  it('fills the days on which nobody is there', () =>
    expect(fillDays(linesOf(roster), roster).map((line) => line.from.slice(8, 10))).toEqual(['17', '18', '19', '20', '21', '22']))
  it('finds the line that cannot be', () => {
    const good = { name: '甲', from: '2026-11-16T00:00', until: '2026-11-17T00:00' }
    expect(firstWrong([good], monday)).toBe(0)
    expect(firstWrong([good, { ...good, name: ' ' }], monday)).toBe(2)
    expect(firstWrong([{ ...good, until: good.from }], monday)).toBe(1)
    expect(firstWrong([{ ...good, from: '2026-11-15T00:00' }], monday)).toBe(1)
  })
  it('is sent for the week that was seen', () =>
    expect(rosterOf('u', monday, 'm', [{ name: ' 甲 ', from: '2026-11-16T00:00', until: '2026-11-17T00:00' }])).toEqual({
      unit_id: 'u', from_at: monday, until_at: monday + 7 * day, mark: 'm', shifts: [{ person_name: '甲', from_at: monday, until_at: monday + day }],
    }))
})

describe('the weekly list', () => {
  const clock = (change: Partial<WeekClock>): WeekClock => ({ section: 'update_limits', due_at: 1, over_ms: 0, remaining_ms: 10 * day, end_of_day: false, ...change }) as WeekClock
  it('is red for what is over, and grey for what nobody can know', () => {
    expect(shownClock(clock({ over_ms: 1, remaining_ms: 0 }))).toBe('late')
    expect(shownClock(clock({ due_at: null, remaining_ms: 0 }))).toBe('pending')
    expect(shownClock(clock({ remaining_ms: 2 * day }))).toBe('soon')
    expect(shownClock(clock({}))).toBe('ok')
  })
  it('does not alarm about a notice that has stood long enough', () =>
    expect(shownClock(clock({ section: 'public_notices', remaining_ms: 0 }))).toBe('ok'))
  it('calls the end of a day 24:00', () => {
    expect(sayClockDue(clock({ due_at: beijing(2026, 5, 13), end_of_day: true }))).toBe('截止 2026-05-12 24:00')
    expect(sayClockDue(clock({ due_at: beijing(2026, 5, 12, 9, 30) }))).toBe('截止 2026-05-12 09:30')
  })
  it('leads to where something is done about it', () => {
    expect(linkOf({ subject_kind: 'matter', subject_id: 'm' }, 'u')).toBe('/matters/m')
    expect(linkOf({ subject_kind: 'unit', subject_id: 'u' }, 'u')).toBe('/periods?unit_id=u')
    expect(linkOf({ subject_kind: 'column', subject_id: 'c' }, 'u')).toBeNull()
  })
})
