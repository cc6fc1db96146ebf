import { mount, RouterLinkStub } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { gridOf, type View } from '../grid'
import PlanGrid from './PlanGrid.vue'

const at = Date.UTC(2026, 10, 23, 2)
const line = { id: 'd1', account_id: 'a', account_name: '清源发布', platform: 'wechat', state: 'scheduled', by_hand: false, series_place: 2 }

function text(view: View, change: Partial<typeof line> = {}): string {
  const items = [{ article_id: 'x', title: '通知', unit_id: 'u', unit_name: '清源镇', at, movable: true, version: 1, deliveries: [{ ...line, ...change }] }]
  const days = gridOf({ days: [{ day: '2026-11-23', kind: 'work' }], items } as Parameters<typeof gridOf>[0], view, '2026-11-23', at)
  return mount(PlanGrid, { props: { days, view }, global: { stubs: { RouterLink: RouterLinkStub } } }).text()
}

describe('the plan', () => {
  it('says once that an article goes out with others: in the month beside the unit, else at the account', () => {
    for (const view of ['day', 'week', 'month'] as const) expect(text(view).match(/多图文/g), view).toHaveLength(1)
    expect(text('week')).toContain('多图文第 2 篇')
  })
  it('says of what a person has to publish that it waits for the person, not for the platform', () => {
    expect(text('day', { state: 'submitted', by_hand: true })).toContain('待人工发布')
    expect(text('day', { state: 'submitted' })).toContain('平台处理中')
  })
})
