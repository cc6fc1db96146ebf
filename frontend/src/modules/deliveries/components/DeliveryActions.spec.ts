import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { DeliveryRow } from '../queries'
import DeliveryActions from './DeliveryActions.vue'

const refused = {
  id: 'd1',
  origin_id: 'x1',
  title: '防汛通知',
  account_name: '清源发布',
  action: 'publish',
  state: 'failed',
  due_at: 0,
  next_at: null,
  lease_until: null,
  intent_at: null,
  ended_at: null,
  barred_at: null,
  error_code: 'wechat.87009',
  version: 3,
  actions: ['retry', 'take_over', 'cancel'],
  advice: { happened: '', readers: '', next: '', next_at: null, button: 'mend', button_label: '修改稿件' },
} as unknown as DeliveryRow

function show(delivery: DeliveryRow) {
  const blank = { template: '<div />' }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: blank }, { path: '/articles/:id', component: blank }] })
  const wrapper = mount(DeliveryActions, { props: { delivery, moving: false }, global: { plugins: [router, VueQueryPlugin] } })
  const buttons = () => wrapper.findAll('.actions button')
  return { router, buttons, labels: () => buttons().map((one) => one.text()) }
}

describe('the buttons of a delivery whose text was refused', () => {
  it('lead to the article first, and a retry of the same text does not stand out', async () => {
    const { router, buttons, labels } = show(refused)
    expect(labels()).toEqual(['修改稿件', '重试', '转人工发布', '取消投递'])
    expect(buttons().map((one) => one.classes('el-button--primary'))).toEqual([true, false, false, false])
    await buttons()[0]!.trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.path).toBe('/articles/x1')
  })

  it('say nothing of the article where another button helps', () => {
    const { labels } = show({ ...refused, advice: { ...refused.advice, button: 'retry' } })
    expect(labels()).toEqual(['重试', '转人工发布', '取消投递'])
  })
})
