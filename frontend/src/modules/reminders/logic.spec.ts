import { describe, expect, it } from 'vitest'
import type { Settings } from './queries'
import { clockOf, formOf, messageState, minuteOf, muteState, muteUntil, newSection, sayLeads, sayRoles, settingsOf, wrongLead } from './settings'

const day = 24 * 3_600_000
const settings: Settings = {
  channels: ['app', 'mail'], day_minute: 510, late_to: ['unit_deputy'], quiet_from: 1200, quiet_until: 480, workdays_only: true,
  weekly_day: 4, weekly_minute: 540, weekly_to: ['info_officer'],
  sections: [
    { section: 'takedown', leads: [{ n: 20, unit: 'minute' }], late: true, urgent: true, to: ['security_officer'] },
    { section: '', leads: [], late: false, urgent: false, to: [] },
  ],
}

describe('the settings of reminders', () => {
  it('come back as they went into the form', () => expect(settingsOf(formOf(settings))).toEqual(settings))
  it('leave the settings themselves alone while they are typed', () => {
    const form = formOf(settings)
    form.sections[0]!.leads.push({ n: '1', unit: 'day' })
    form.channels.push('hook')
    expect(settings.sections[0]!.leads).toHaveLength(1)
    expect(settings.channels).toHaveLength(2)
  })
  it('name the section whose figure cannot be read', () => {
    const form = formOf(settings)
    expect(wrongLead(form)).toBeUndefined()
    for (const wrong of ['', '0', '-3', '1.5', '三']) {
      form.sections[0]!.leads = [{ n: wrong, unit: 'day' }]
      expect(wrongLead(form)).toBe('takedown')
    }
  })
  it('name the section for all others, too', () => {
    const form = formOf(settings)
    form.sections[1] = { ...newSection(''), leads: [{ n: 'x', unit: 'day' }] }
    expect(wrongLead(form)).toBe('')
  })
  it('are not sent with a time of day that is none', () => expect(settingsOf({ ...formOf(settings), day: '' })).toBeNull())
  it('say times of day', () => {
    expect(clockOf(510)).toBe('08:30')
    expect(['08:30', '00:00', '24:00', '8', '12:60'].map(minuteOf)).toEqual([510, 0, null, null, null])
  })
  it('are said in words', () => {
    expect(sayLeads([{ n: 3, unit: 'working_day' }, { n: 20, unit: 'minute' }])).toBe('3 个工作日、20 分钟')
    expect(sayLeads([])).toBe('不提前提醒')
    expect(sayRoles(['info_officer', 'unit_deputy'])).toBe('信息员、分管负责人')
    expect(sayRoles([])).toBe('不提醒任何人')
  })
})

describe('what became of a reminder', () => {
  it('never shows what may have gone out as failed', () => {
    expect(messageState('uncertain')).toEqual({ label: '不确定', tone: 'warn' })
    expect(messageState('failed').tone).toBe('bad')
  })
})

describe('a mute', () => {
  const now = Date.UTC(2026, 10, 22, 4) // 12:00 in Beijing
  it('runs to the end of its last day in Beijing', () => {
    expect(muteUntil('2026-11-22', now)).toBe(Date.UTC(2026, 10, 22, 16))
    expect(muteUntil('2026-11-21', now)).toBeNull()
    expect(muteUntil('', now)).toBeNull()
  })
  it('is over when its time is, or when somebody ended it', () => {
    expect(muteState({ until_at: now + day, ended_by: '' }, now).label).toBe('静音中')
    expect(muteState({ until_at: now, ended_by: '' }, now).label).toBe('已到期')
    expect(muteState({ until_at: now + day, ended_by: 'p' }, now).label).toBe('已结束')
  })
})
