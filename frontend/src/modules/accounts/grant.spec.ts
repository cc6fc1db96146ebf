import { describe, expect, it } from 'vitest'
import { beijingInstant } from '@/utils/time'
import { factsOfGrant, shownGrant, shownSet, type GrantView } from './grant'

const at = beijingInstant(2026, 11, 22, 10)
const grant: NonNullable<GrantView['grant']> = {
  account_id: 'a1', component: 'wxp', app_id: 'wx1', original_id: 'gh_1', nickname: '清源镇发布', principal: '', service_type: 0, verify_type: 0,
  state: 'ok', code: '', authorised_at: at, checked_at: at,
}
const none = { level: '', sentence: '' }

describe('the way an account is bound', () => {
  it.each([
    [{ way: 'none', alarm: none, grant: null }, '没有绑定', 'warn'],
    [{ way: 'secret', alarm: none, grant: null }, '用 AppID 和 AppSecret 绑定', 'good'],
    [{ way: 'component', alarm: none, grant }, '扫码授权', 'good'],
    [{ way: 'component', alarm: none, grant: { ...grant, state: 'unread' } }, '扫码授权 · 没有问到', 'warn'],
    [{ way: 'component', alarm: { level: 'revoked', sentence: '…' }, grant }, '授权已被取消', 'bad'],
    [{ way: 'component', alarm: { level: 'lost', sentence: '…' }, grant: null }, '授权已失效', 'bad'],
    [{ way: 'component', alarm: { level: 'lacking', sentence: '…' }, grant }, '缺少发布权限', 'bad'],
  ] as const)('%#', (view, label, tone) => expect(shownGrant(view)).toEqual({ label, tone }))
  it('names the account that granted, and leaves out what is not known', () => {
    expect(factsOfGrant(null)).toEqual([])
    expect(factsOfGrant(grant)).toEqual([
      ['授权的公众号', '清源镇发布 · wx1'], ['原始 ID', 'gh_1'], ['授权时间', '2026-11-22 10:00'], ['上次检测', '2026-11-22 10:00'],
    ])
  })
  it('is red only for a permission without which nothing goes out', () => {
    const set = { id: 7, name: '群发与通知权限', for: '发布', granted: false, needed: true }
    expect([set, { ...set, needed: false }, { ...set, granted: true }].map((one) => shownSet(one).tone)).toEqual(['bad', 'warn', 'good'])
  })
})
