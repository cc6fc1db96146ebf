import { VueQueryPlugin, QueryClient } from '@tanstack/vue-query'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { useSession } from '@/stores/session'
import DashboardPage from './DashboardPage.vue'

const counts = (change: object = {}) => ({
  total: 0, ok: 0, due_soon: 0, stale: 0, no_rule: 0, calendar_pending: 0, unknown: 0, ...change,
})
const clock = (rulebook: string, change: object = {}) => ({
  status: 'stale', label: '超期', reason: '', started_at: 0, due_at: 1000, remaining_ms: 4 * 86_400_000, over_ms: 1, rulebook, section: 'update_limits',
  rule: 'any', limit: '1周', articles: [], citation: `${rulebook} 第21条`, clock_id: rulebook, ...change,
})
const board = {
  overall: counts({ total: 3, stale: 1, ok: 1, unknown: 1 }),
  columns: counts({ total: 2, stale: 2 }),
  by_unit: [
    { unit_id: 'town', unit_name: '清源镇', has_below: true, ...counts({ total: 2, stale: 1 }) },
    { unit_id: 'office', unit_name: '区政府办', has_below: false, ...counts({ total: 1 }) },
  ],
  by_platform: [{ platform: 'weibo', ...counts({ total: 3 }) }],
  by_rule: [
    { rulebook: 'local', rule: 'any', citation: '本地 第21条', limit: '3日', regulated: '1周', what: '各类账号', ...counts({ total: 3, stale: 1 }) },
    { rulebook: 'national', rule: 'all', citation: '国办 内容不更新', limit: '2周', regulated: '', what: '各类账号', ...counts({ total: 3 }) },
  ],
}
const watched = {
  items: [
    {
      subject_kind: 'account', subject_id: 'a1', name: '清源镇发布', account_id: 'a1', account_name: '清源镇发布', platform: 'weibo', kind: 'weibo',
      unit_id: 'town', unit_name: '清源镇', last_post_at: null, standing: clock('local'),
      clocks: [clock('local'), clock('national', { status: 'ok', label: '正常', limit: '2周' })],
    },
    {
      subject_kind: 'column', subject_id: 'c1', name: '政策解读', account_id: 's1', account_name: '区政府网站', platform: 'website', kind: 'policy',
      unit_id: 'office', unit_name: '区政府办', last_post_at: null, standing: clock('local'), clocks: [clock('local')],
    },
  ],
  next: '',
}
const units = {
  items: [
    { id: 'office', name: '区政府办', path: 'office/', parent_id: null, depth: 0 },
    { id: 'town', name: '清源镇', path: 'office/town/', parent_id: 'office', depth: 1 },
  ],
}

let page: VueWrapper
let router: Router
let asked: URL[]
let rows: object[]
let exported: () => Response

function answer(url: URL): Response {
  asked.push(url)
  switch (url.pathname) {
    case '/api/dashboard':
      return Response.json(board)
    case '/api/dashboard/accounts':
      return Response.json({ ...watched, items: rows })
    case '/api/dashboard/trend':
      return Response.json({ items: [{ from: 0, until: 1, began: 0 }, { from: 1, until: 2, began: 4 }] })
    case '/api/dashboard/accounts.xlsx':
      return exported()
    case '/api/units':
      return Response.json(units)
    case '/api/tasks':
      return Response.json({ articles: [], deliveries: [] })
    default:
      return Response.json({ items: [{ id: 'local', short_name: '本地 2022' }, { id: 'national', short_name: '国办 2019' }] })
  }
}

async function open(address: string): Promise<void> {
  router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/dashboard', component: DashboardPage }, { path: '/:path(.*)*', component: { template: '<p/>' } }],
  })
  await router.push(address)
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  page = mount(DashboardPage, { global: { plugins: [router, [VueQueryPlugin, { queryClient }]] }, attachTo: document.body })
  await flushPromises()
}

const last = (path: string) => Object.fromEntries(asked.filter((url) => url.pathname === path).at(-1)?.searchParams ?? [])
const button = (text: string) => page.findAll('button').find((one) => one.text().replaceAll(/\s+/g, '') === text)

async function press(text: string): Promise<void> {
  await button(text)!.trigger('click')
  await flushPromises()
}

beforeEach(() => {
  setActivePinia(createPinia())
  useSession().current = {
    person: { id: 'p', name: '管小理', username: 'guanli' }, units: [{ id: 'office', name: '区政府办' }], roles: [], permissions: [], must_change: false,
  }
  asked = []
  rows = watched.items
  vi.stubGlobal('fetch', async (request: Request) => answer(new URL(request.url)))
  Element.prototype.scrollIntoView = () => undefined
})

afterEach(() => {
  page.unmount()
  vi.unstubAllGlobals()
})

describe('the board', () => {
  it('shows the clocks of one thing side by side, each with its clause and figure', async () => {
    await open('/dashboard')
    const row = page.find('tbody tr')
    expect(row.findAll('li').map((one) => one.text().replaceAll(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^超期超期 .*local 第21条上限 1周，截止 1970-01-01 08:00$/),
      expect.stringMatching(/^正常.*national 第21条上限 2周，截止 1970-01-01 08:00$/),
    ])
    expect(row.find('a').attributes('href')).toBe('/accounts/a1')
    expect(page.find('tbody tr:nth-child(2) a').attributes('href')).toBe('/columns/c1')
  })
  it('opens the list of what a card counts, and closes it again', async () => {
    await open('/dashboard')
    await press('1超期')
    expect(router.currentRoute.value.query).toEqual({ status: 'stale', subject_kind: 'account' })
    expect(last('/api/dashboard/accounts')).toMatchObject({ status: 'stale', subject_kind: 'account' })
    await press('1超期')
    expect(router.currentRoute.value.query).toEqual({})
  })
  it('narrows the list to a rule by the click on its line', async () => {
    await open('/dashboard')
    await press('国办内容不更新')
    expect(last('/api/dashboard/accounts')).toMatchObject({ rulebook: 'national', rule: 'all' })
    expect(last('/api/dashboard')).toEqual({ rulebook: 'national' })
  })
  it('goes down into a unit and back up by the way that is shown', async () => {
    await open('/dashboard')
    expect(button('区政府办（本级）')).toBeUndefined()
    await press('清源镇')
    expect(last('/api/dashboard')).toEqual({ unit_id: 'town' })
    expect(last('/api/dashboard/trend')).toEqual({ unit_id: 'town' })
    expect(page.get('nav').text()).toContain('清源镇')
    await press('全部单位')
    expect(router.currentRoute.value.query).toEqual({})
  })
  it('opens what has no rule under one rulebook, and says so beside the clocks of others', async () => {
    await open('/dashboard?rulebook=national')
    rows = [{ ...watched.items[1]!, standing: clock('', { status: 'no_rule', label: '无规则', due_at: null, clock_id: '' }) }]
    await press('0无规则')
    expect(last('/api/dashboard/accounts')).toMatchObject({ rulebook: 'national', status: 'no_rule', subject_kind: 'account' })
    const cell = page.get('tbody tr td:nth-child(3)')
    expect(cell.text()).toMatch(/^无规则/)
    expect(cell.findAll('li')).toHaveLength(1)
  })
  it('does not open a count that the list cannot show under one rule', async () => {
    await open('/dashboard?rulebook=national&rule=all')
    expect(button('0无规则')).toBeUndefined()
    expect(button('1未知读不到更新')).toBeUndefined()
    expect(button('0待日历确认')).toBeDefined()
  })
  it('marks the figure of an office that is stricter, and says what the regulation has', async () => {
    await open('/dashboard')
    const rules = page.findAll('th[scope=row]').map((one) => one.text().replaceAll(/\s+/g, ''))
    expect(rules).toContain('本地第21条各类账号，上限3日本地从严，规定为1周')
    expect(rules).toContain('国办内容不更新各类账号，上限2周')
  })
  it('says why an export was refused and lets it be tried again', async () => {
    exported = () => Response.json({ code: 'export.filter_invalid', detail: '导出条件不对，请回到看板重新选择筛选条件后再导出。' }, { status: 422 })
    await open('/dashboard?status=due_soon')
    await press('导出表格')
    expect(last('/api/dashboard/accounts.xlsx')).toEqual({ status: 'ok', due_soon: 'true' })
    expect(page.text()).toContain('导出条件不对')
    expect(button('导出表格')!.attributes('disabled')).toBeUndefined()
  })
  it('shows the trend in numbers, too', async () => {
    await open('/dashboard')
    expect(page.text()).toContain('13 周共 4 次')
    expect(page.findAll('details tbody tr').map((row) => row.get('td').text())).toEqual(['0', '4'])
  })
})
