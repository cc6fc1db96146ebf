import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import MuteDialog from './MuteDialog.vue'

const limit = (id: string, kinds: string[], confirmed?: boolean) => ({ id, kinds, target: 'account', max_gap: { n: 1, unit: 'week' }, articles: ['21(六)'], confirmed })
const duty = (section: string, rule: string, text: string) => ({ section, rule, text, articles: ['25'], citation: '', confirmed: true })
const books: Record<string, unknown> = {
  local: {
    id: 'local', short_name: '潼南 2022', update_limits: [limit('weekly', ['any']), limit('guess', ['any'], false)],
    column_rules: [{ id: 'blank', rule: 'blank_is_stale', text: '没有内容的栏目直接算作长期未更新', articles: ['21(五)'] }],
    duties: [duty('takedown', 'one-hour', '发现后一小时内删除')],
  },
  card: { id: 'card', short_name: '国办 2019', update_limits: [limit('two-weeks', ['any'])], duties: [{ ...duty('duty', 'rumour', '传闻'), confirmed: false }] },
  elsewhere: { id: 'elsewhere', short_name: '湘西 2018', duties: [duty('drills', 'yearly', '每年演练')] },
}

let sent: unknown[]
let dialog: VueWrapper

function answer(request: Request, body: string): Response {
  const { pathname } = new URL(request.url)
  const name = pathname.split('/').at(-1)!
  if (request.method === 'POST') {
    sent.push(JSON.parse(body))
    return Response.json({ id: 'm' })
  }
  if (pathname === '/api/rulebooks') {
    const items = Object.keys(books).map((id) => ({ id, short_name: (books[id] as { short_name: string }).short_name, in_force: id === 'elsewhere' ? null : { layer: 'local' } }))
    return Response.json({ items })
  }
  if (pathname.startsWith('/api/rulebooks/')) return Response.json(books[name])
  return Response.json({ sections: [{ section: 'update_limits', name: '更新时限' }, { section: 'takedown', name: '敏感信息处置' }] })
}

const select = () => document.querySelector<HTMLSelectElement>('#mute-rule')!
const listed = () =>
  [...select().querySelectorAll('optgroup')].map((group) => `${group.label}: ${[...group.children].map((one) => one.textContent).join('; ')}`)

async function fill(selector: string, value: string, event = 'input'): Promise<void> {
  const field = document.querySelector<HTMLInputElement>(selector)!
  field.value = value
  field.dispatchEvent(new Event(event))
  await flushPromises()
}

/** Picks in one of the console's own lists. */
async function pick(id: string, label: string): Promise<void> {
  document.querySelector<HTMLElement>(`#${id}`)!.click()
  await flushPromises()
  ;[...document.querySelectorAll<HTMLElement>('.el-select-dropdown__item')].find((one) => one.textContent?.trim() === label)!.click()
  await flushPromises()
}

async function mute(): Promise<void> {
  await fill('#mute-until', '2026-12-01')
  await fill('#mute-reason', '机构改革期间')
  const button = [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === '静音')!
  button.click()
  await flushPromises()
}

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 4), toFake: ['Date'] })
  document.body.innerHTML = ''
  sent = []
  vi.stubGlobal('fetch', async (request: Request) => answer(request, await request.clone().text()))
  dialog = mount(MuteDialog, {
    attachTo: document.body,
    props: { modelValue: true, unitId: 'unit' },
    global: { plugins: [[VueQueryPlugin, { queryClient: new QueryClient() }]] },
  })
  await vi.waitFor(() => expect(listed()).toHaveLength(2))
})

afterEach(() => {
  dialog.unmount()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('muting', () => {
  it('offers each rule that runs clocks, by the rulebooks in force, with its clause', () =>
    expect(listed()).toEqual([
      '潼南 2022: 各类账号（第21条（六））; 没有内容的栏目直接算作长期未更新（第21条（五））; 发现后一小时内删除（第25条）',
      '国办 2019: 各类账号（第21条（六））',
    ]))

  it('silences one rule', async () => {
    await fill('#mute-rule', 'local takedown one-hour', 'change')
    expect(document.querySelector('#mute-rule-hint')!.textContent).toBe('发现后一小时内删除（第25条）')
    await mute()
    expect(sent).toEqual([{ unit_id: 'unit', until_at: Date.UTC(2026, 11, 1, 16), reason: '机构改革期间', rulebook: 'local', section: 'takedown', rule: 'one-hour' }])
  })

  it('silences all rules where none is chosen', async () => {
    await mute()
    expect(sent).toEqual([{ unit_id: 'unit', until_at: Date.UTC(2026, 11, 1, 16), reason: '机构改革期间' }])
  })

  it('lists the rules of the rulebook that was chosen, though it is not in force here', async () => {
    await pick('mute-rulebook', '湘西 2018')
    await vi.waitFor(() => expect(listed()).toEqual(['湘西 2018: 每年演练（第25条）']))
  })

  it('drops a rule that the choice above it leaves out', async () => {
    await fill('#mute-rule', 'local takedown one-hour', 'change')
    await pick('mute-section', '更新时限')
    expect(select().value).toBe('')
    expect(listed()).toEqual(['潼南 2022: 各类账号（第21条（六））', '国办 2019: 各类账号（第21条（六））'])
    await mute()
    expect(sent).toMatchObject([{ section: 'update_limits' }])
    expect(sent[0]).not.toHaveProperty('rule')
  })
})
