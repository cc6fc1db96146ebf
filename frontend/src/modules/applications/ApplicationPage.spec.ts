import { VueQueryPlugin, QueryClient } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import ApplicationPage from './ApplicationPage.vue'

const step = (id: string, title: string, state: string) => ({
  id, title, state, seq: 1, action: 'forward', role: 'supervising_office', allowed: true, paper: false, receipt: false, skippable: false, refusable: false,
  doers: ['office_admin'], doer_names: ['主管单位'], needs: {}, form: '',
})
const application = (steps: object[]) => ({
  id: 'a1', version: 3, process: 'open', object: 'new_media', title: '清源镇发布', state: 'running', unit_name: '清源镇', office_name: '区政府办', unit_id: 'u1',
  account_id: null, citation: '', note: '', created_name: '信小员', created_at: 0, submitted_at: null, attempt: 1, carried_out_at: null, ended_at: null,
  steps, acts: [], lacks: [], waivers: [], asked_notices: [], notices: [], ending_steps: [], wanted: {}, files: {}, attachments: [], actions: { save: false },
})
const sentence = '这份申请刚被别人办理过。'

it('keeps what was refused and typed where somebody else did the step meanwhile', async () => {
  let steps = [step('s1', '上报', 'open')]
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.method === 'GET') return Response.json(application(steps))
    steps = [step('s1', '上报', 'done'), step('s2', '批准', 'open')]
    return Response.json({ status: 409, code: 'application.stale', message: sentence, detail: sentence }, { status: 409, headers: { 'Content-Type': 'application/problem+json' } })
  })
  setActivePinia(createPinia())
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/applications/:id', component: ApplicationPage }, { path: '/:path(.*)*', component: { template: '<p/>' } }] })
  await router.push('/applications/a1')
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const stubs = { ChainSteps: true, ActHistory: true, LackList: true, WantedTable: true, WholeActions: true, FilesInput: true }
  const page = mount({ components: { RouterView }, template: '<RouterView />' }, { global: { plugins: [router, [VueQueryPlugin, { queryClient }]], stubs }, attachTo: document.body })
  await flushPromises()
  await page.get('#step-s1-opinion').setValue('拟同意上报')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(page.find('#step-s1-opinion').exists()).toBe(false)
  expect(page.find('#step-s2-opinion').exists()).toBe(true)
  expect(page.get('[role=alert]').text()).toContain(sentence)
  expect(page.text()).toContain('您刚才填写的：拟同意上报')
  page.unmount()
})
