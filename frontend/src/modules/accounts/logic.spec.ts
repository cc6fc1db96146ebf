import { describe, expect, it } from 'vitest'
import { dayInstant, emptyAccount, modeOf, newAccount, newSigningSecret, settingsWith, settingValue } from './form'
import type { Account, Clock, Standing } from './queries'
import { sayDue, sayRemaining, sayStanding, shownClock, shownStanding } from './standing'

const due = Date.UTC(2026, 2, 9, 1, 0) // 09:00 in Beijing

const standing = (change: Partial<Standing> = {}): Standing => ({
  status: 'ok', label: '正常', reason: '', started_at: 0, due_at: due, remaining_ms: 0, over_ms: 0,
  rulebook: 'tongnan-2022', section: 'update_limits', rule: 'account-default', limit: '1周', clock_id: 'c', articles: ['21(六)'], citation: '潼南 2022 第21条（六）', ...change,
})

describe('how an account stands', () => {
  it('is one sentence with its clause', () =>
    expect(sayStanding(standing())).toBe('正常，截止 2026-03-09 09:00（潼南 2022 第21条（六））'))
  it('says no due time where there is no rule', () =>
    expect(sayStanding(standing({ status: 'no_rule', label: '无规则', due_at: null, citation: '昭通 2018' }))).toBe(
      '无规则（昭通 2018）',
    ))
  it('calls the first instant of a day 24:00 of the day before', () =>
    expect(sayDue(Date.UTC(2026, 4, 12, 16, 0))).toBe('2026-05-12 24:00'))
  it('counts down and then up', () => {
    expect(sayRemaining(standing(), due - 3 * 3_600_000)).toBe('剩 3 小时')
    expect(sayRemaining(standing(), due + 2 * 86_400_000)).toBe('超期 2 天')
    expect(sayRemaining(standing({ due_at: null }), due)).toBe('')
  })
  it('shows a clock whose duty is done as stopped, whatever it counted', () => {
    const clock = { done_at: due, standing: standing({ status: 'stale', label: '超期' }) } as Clock
    expect(shownClock(clock)).toEqual({ label: '已停止', tone: 'plain' })
    expect(shownClock({ ...clock, done_at: null })).toEqual({ label: '超期', tone: 'bad' })
  })
  it('calls what is due within three days so, and nothing that is late or counts nothing', () => {
    const soon = 3 * 86_400_000
    expect(shownStanding(standing({ remaining_ms: soon }))).toEqual({ label: '3 日内到期', tone: 'warn' })
    expect(shownStanding(standing({ remaining_ms: soon + 1 }))).toEqual({ label: '正常', tone: 'good' })
    expect(shownStanding(standing({ due_at: null }))).toEqual({ label: '正常', tone: 'good' })
    expect(shownStanding(standing({ status: 'stale', label: '超期' }))).toEqual({ label: '超期', tone: 'bad' })
  })
  it('never shows what nobody can read as late', () =>
    expect(shownStanding(standing({ status: 'unknown', label: '未知', due_at: null }))).toEqual({ label: '未知', tone: 'warn' }))
  it('never shows a missing rule as good', () =>
    expect(shownStanding(standing({ status: 'no_rule', label: '无规则' }))).toEqual({ label: '无规则', tone: 'plain' }))
  it('shows a status it does not know as the server names it', () =>
    expect(shownStanding(standing({ status: 'not_in_use', label: '不在用' }))).toEqual({ label: '不在用', tone: 'plain' }))
})

describe('the form of an account', () => {
  const now = Date.UTC(2026, 10, 22, 4)
  const account = {
    unit_id: 'u', platform: 'app', kind: 'app', name: '客户端', external_id: null, home_url: '', mode: 'auto',
    settings: { endpoint: 'https://a.example/hook', thin: true }, version: 7,
  } as unknown as Account

  it('shows the one setting of the adapter', () => {
    expect(settingValue(account)).toBe('https://a.example/hook')
    expect(settingValue({ ...account, platform: 'douyin' })).toBe('')
  })
  it('keeps the settings that other hands have made', () =>
    expect(settingsWith('app', ' https://b.example/hook ', account.settings)).toEqual({ endpoint: 'https://b.example/hook', thin: true }))
  it('takes an emptied setting out', () => expect(settingsWith('app', '', account.settings)).toEqual({ thin: true }))
  it('leaves a platform without a setting alone', () => expect(settingsWith('douyin', 'x', { thin: true })).toEqual({ thin: true }))
  it('begins the use of an account at the Beijing day', () => {
    expect(['wechat', 'weibo', 'app', 'douyin', 'website'].map(modeOf)).toEqual(['auto', 'auto', 'auto', 'manual', 'manual'])
    const form = { ...emptyAccount('u'), name: ' 某某发布 ', in_use_since: '2026-11-01' }
    expect(newAccount(form, now)).toMatchObject({ name: '某某发布', in_use_at: Date.UTC(2026, 9, 31, 16), state: 'in_use' })
  })
  it('leaves the time to the server where none is given', () =>
    expect(newAccount(emptyAccount('u'), now)).not.toHaveProperty('in_use_at'))
  it('refuses a day that has not come', () => expect(dayInstant('2027-01-01', now)).toBeNull())
  it('makes secrets that differ and are long enough', () => {
    const [one, other] = [newSigningSecret(), newSigningSecret()]
    expect(one).not.toBe(other)
    expect(atob(one.replace('whsec_', ''))).toHaveLength(32)
  })
})
