import { VueQueryPlugin, QueryClient } from '@tanstack/vue-query'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter, RouterView, type Router } from 'vue-router'
import { useSession } from '@/stores/session'
import RecordEditPage from './RecordEditPage.vue'

const field = (name: string, label: string, change: object = {}) => ({
  name, label, kind: 'text', choices: [], objects: [], kinds: [], public: false, key: false, fixed: false, most: 100, bulk: true, ...change,
})
const fields = [
  field('name', '账号名称'), field('unit', '主办单位'), field('kind', '账号类型', { kind: 'choice', choices: [{ value: 'weibo', label: '微博' }] }),
  field('state', '账号状态', { fixed: true }), field('approval_number', '批准文号'), field('remark', '备注'),
  field('domain', '域名', { objects: ['website', 'subsite'] }),
]
const cardOf = (version: number, particulars: object) => ({
  record: {
    id: 'a1', version, name: '清源镇发布', unit_id: 'u1', unit_name: '清源镇', platform: 'weibo', kind: 'weibo', state: 'in_use', contacts: [],
    particulars: { approval_number: '', remark: '', domain: '', labels: [], ...particulars },
  },
  values: {}, files: {}, findings: [], labels: [], editable: true,
})

let page: VueWrapper
let router: Router
let card: ReturnType<typeof cardOf>
let sent: { version: number; values: Record<string, string>; reason?: string }[]
let refusal: object | null

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname === '/api/register') return Response.json({ fields, checks: [] })
  if (pathname !== '/api/accounts/a1/record') return Response.json({ items: [] })
  if (request.method === 'GET') return Response.json(card)
  sent.push(await request.json())
  return refusal ? Response.json(refusal, { status: 409, headers: { 'Content-Type': 'application/problem+json' } }) : Response.json(card)
}

async function open(): Promise<void> {
  const blank = { template: '<p/>' }
  router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/accounts/:id/edit', component: RecordEditPage }, { path: '/:path(.*)*', component: blank }],
  })
  await router.push('/accounts/a1/edit')
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  page = mount(defineComponent(() => () => h(RouterView)), { global: { plugins: [router, [VueQueryPlugin, { queryClient }]] }, attachTo: document.body })
  await flushPromises()
}

const input = (name: string) => page.get<HTMLInputElement>(`#field-${name}`)

async function press(text: string): Promise<void> {
  if (text === '保存') await page.get('form').trigger('submit')
  else await page.findAll('button').find((one) => one.text() === text)!.trigger('click')
  await flushPromises()
}

beforeEach(() => {
  setActivePinia(createPinia())
  useSession().current = {
    person: { id: 'p', name: '管小理', username: 'guanli' }, units: [{ id: 'u1', name: '清源镇' }], roles: [], permissions: [], must_change: false,
  }
  localStorage.clear()
  card = cardOf(3, {})
  sent = []
  refusal = null
  vi.stubGlobal('fetch', answer)
  Element.prototype.scrollIntoView = () => undefined
})

afterEach(() => {
  page.unmount()
  vi.unstubAllGlobals()
})

describe('the form of a record', () => {
  it('is made of the fields that the account has and a person may type', async () => {
    await open()
    expect(page.findAll('label').map((label) => label.text())).toEqual(['账号名称', '主办单位', '账号类型', '批准文号', '备注'])
  })
  it('sends what was changed alone, with the version it began with', async () => {
    await open()
    await input('approval_number').setValue('函〔2020〕1号')
    await press('保存')
    expect(sent).toEqual([{ version: 3, values: { approval_number: '函〔2020〕1号' } }])
    expect(router.currentRoute.value.fullPath).toBe('/accounts/a1?tab=card')
  })
  it('sends nothing where nothing was changed', async () => {
    await open()
    await press('保存')
    expect(sent).toEqual([])
  })
  it('shows a refusal at the field that it names', async () => {
    refusal = { code: 'account.text_invalid', status: 422, detail: '太长', errors: [{ location: 'remark', message: '“备注”太长，请精简后再保存。' }] }
    await open()
    await input('remark').setValue('很长')
    await press('保存')
    const item = page.findAll('.el-form-item').find((one) => one.text().includes('备注'))!
    await vi.waitFor(() => expect(item.text()).toContain('“备注”太长'))
    expect(input('remark').element.value).toBe('很长')
  })
  it('asks why the register had it wrong once a field needs an application', async () => {
    refusal = { code: 'account.needs_application', status: 409, detail: '要先办理变更申请', errors: [{ location: 'name', message: '要先办理变更申请' }] }
    await open()
    expect(page.find('#correction').exists()).toBe(false)
    await input('name').setValue('清源发布')
    await press('保存')
    await page.get('#correction').setValue('登记时写错')
    refusal = null
    await press('保存')
    expect(sent.at(-1)).toEqual({ version: 3, values: { name: '清源发布' }, reason: '登记时写错' })
  })
  it('keeps what was typed when somebody else saved first, and says where both changed a field', async () => {
    await open()
    await input('approval_number').setValue('我的文号')
    refusal = { code: 'account.stale', status: 409, detail: '刚被别人修改过' }
    await press('保存')
    card = cardOf(4, { approval_number: '别人的文号', remark: '别人的备注' })
    refusal = null
    await press('合并最新版本')
    expect(input('approval_number').element.value).toBe('我的文号')
    expect(input('remark').element.value).toBe('别人的备注')
    expect(page.text()).toContain('别人改成了“别人的文号”')
    await press('保存')
    expect(sent.at(-1)).toEqual({ version: 4, values: { approval_number: '我的文号' } })
  })
})
