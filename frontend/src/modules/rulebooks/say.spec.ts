import { describe, expect, it } from 'vitest'
import { sayDuration, sayNotice, sayRoles, sayStrength, sayTarget } from './say'

const limit = { id: 'x', target: 'account', kinds: ['any'], max_gap: { n: 1, unit: 'week' }, articles: ['21(六)'] }

describe('the words of a rulebook', () => {
  it('keep the unit of the regulation', () => {
    expect(sayDuration({ n: 1, unit: 'week' })).toBe('1周')
    expect(sayDuration({ n: 15, unit: 'working_day' })).toBe('15个工作日')
  })
  it('name every kind and what is left out', () => {
    expect(sayTarget({ ...limit, except: ['wechat_service'] })).toBe('各类账号（微信服务号除外）')
    expect(sayTarget({ ...limit, target: 'column', kinds: ['notice', 'policy'], column_level: 1 })).toBe(
      '通知公告、政策文件（仅一级栏目）',
    )
  })
  it('take silence for a demand', () => expect(sayStrength(undefined)).toBe('必须'))
  it('show a role without a word as it is', () => expect(sayRoles(['unit_head', 'mayor'])).toBe('主要负责人或mayor'))
  it('say what is announced', () => expect(sayNotice(['change', 'shut'], ['new_media'])).toBe('新媒体账号的变更、关停'))
})
