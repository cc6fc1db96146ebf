import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { useSession } from '@/stores/session'
import PasswordPage from './PasswordPage.vue'

let page: VueWrapper
let router: Router
let asked: string[]
let answer: () => Response

const problem = (status: number, body: object) => new Response(JSON.stringify(body), { status })
const value = (id: string) => (page.get(`#${id}`).element as HTMLInputElement).value

async function open(mustChange: boolean): Promise<void> {
  useSession().current = {
    person: { id: 'p1', name: '某人', username: 'moumou' },
    units: [],
    roles: [],
    permissions: [],
    must_change: mustChange,
  }
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/password', name: 'password', component: PasswordPage },
      { path: '/:path(.*)*', name: 'elsewhere', component: { template: '<p/>' } },
      { path: '/signin', name: 'signin', component: { template: '<p/>' } },
    ],
  })
  await router.push('/password')
  page = mount(PasswordPage, { global: { plugins: [router, VueQueryPlugin] }, attachTo: document.body })
}

async function submit(old: string, chosen: string, again: string): Promise<void> {
  await page.get('#old').setValue(old)
  await page.get('#new').setValue(chosen)
  await page.get('#again').setValue(again)
  await page.get('form').trigger('submit')
  await flushPromises()
}

beforeEach(() => {
  setActivePinia(createPinia())
  asked = []
  answer = () => new Response(null, { status: 204 })
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname} ${await request.clone().text()}`)
    return answer()
  })
})

afterEach(() => {
  page.unmount()
  document.body.innerHTML = ''
  vi.unstubAllGlobals()
})

describe('the page of the password', () => {
  it('says why it must be changed, and goes on to the first page afterwards', async () => {
    await open(true)
    expect(page.text()).toContain('请先换成自己的密码')
    await submit('first one', 'a better one', 'a better one')
    expect(asked).toEqual(['PUT /api/session/password {"old":"first one","new":"a better one"}'])
    expect(useSession().mustChange).toBe(false)
    expect(router.currentRoute.value.fullPath).toBe('/')
    expect(document.body.textContent).toContain('密码已修改')
  })

  it('shows the sentence of the rule with its clause at the field, and keeps what was typed', async () => {
    answer = () =>
      problem(422, {
        code: 'password.too_short',
        detail: '密码至少要 10 个字符，请加长后再试。',
        errors: [{ location: 'password', message: '密码至少要 10 个字符，请加长后再试。' }],
        citation: '潼南 2022 第36条',
      })
    await open(true)
    await submit('first one', 'short', 'short')
    const field = page.get('#new')
    const notes = page.get(`#${field.attributes('aria-describedby')}`)
    expect(notes.text()).toContain('密码至少要 10 个字符，请加长后再试。')
    expect(notes.text()).toContain('依据：潼南 2022 第36条')
    expect(field.attributes('aria-invalid')).toBe('true')
    expect(document.activeElement?.id).toBe('new')
    expect([value('old'), value('new'), value('again')]).toEqual(['first one', 'short', 'short'])
    expect(useSession().mustChange).toBe(true)
    expect(router.currentRoute.value.path).toBe('/password')
  })

  it('points at the old password when that is the wrong one', async () => {
    const sentence = '原密码不对，请重新输入。'
    answer = () =>
      problem(422, { code: 'password.old_wrong', detail: sentence, errors: [{ location: 'old_password', message: sentence }] })
    await open(false)
    await submit('wrong', 'a better one', 'a better one')
    expect(page.get('#old-notes').text()).toBe(sentence)
    expect(page.get('#new-notes').text()).not.toContain(sentence)
    expect(document.activeElement?.id).toBe('old')
  })

  it('shows above the form what belongs to no field', async () => {
    answer = () => problem(429, { code: 'auth.locked', detail: '密码连续输错 5 次，账号已锁定。', errors: [] })
    await open(false)
    await submit('wrong', 'a better one', 'a better one')
    expect(page.get('[role=alert]').text()).toContain('密码连续输错 5 次，账号已锁定。')
  })

  it.each([
    ['', 'a better one', 'a better one', 'old', '请输入原密码。'],
    ['first one', '', '', 'new', '请输入新密码。'],
    ['first one', 'a better one', 'a bitter one', 'again', '两次输入的新密码不一样，请重新输入。'],
  ])('finds %j, %j, %j incomplete without asking the server', async (old, chosen, again, field, sentence) => {
    await open(false)
    await submit(old, chosen, again)
    expect(page.get(`#${field}-notes`).text()).toContain(sentence)
    expect(document.activeElement?.id).toBe(field)
    expect(asked).toEqual([])
  })

  it('names its fields so that a password manager knows them', async () => {
    await open(false)
    expect(['username', 'old', 'new', 'again'].map((name) => page.get(`[name=${name}]`).attributes('autocomplete'))).toEqual([
      'username',
      'current-password',
      'new-password',
      'new-password',
    ])
    expect((page.get('[name=username]').element as HTMLInputElement).value).toBe('moumou')
  })

  it('shows and hides what is typed', async () => {
    await open(false)
    expect(page.get('#new').attributes('type')).toBe('password')
    await page.get('button[aria-label=显示新密码]').trigger('click')
    expect(page.get('#new').attributes('type')).toBe('text')
    expect(page.get('#old').attributes('type')).toBe('password')
    await page.get('button[aria-label=隐藏新密码]').trigger('click')
    expect(page.get('#new').attributes('type')).toBe('password')
  })

  it('offers to leave: back for who came freely, signing out for who must change', async () => {
    await open(false)
    expect(page.get('a').text()).toBe('返回待办')
    page.unmount()
    await open(true)
    expect(page.findAll('a')).toHaveLength(0)
    await page.findAll('button').find((button) => button.text() === '退出')!.trigger('click')
    await flushPromises()
    expect(asked).toEqual(['DELETE /api/session '])
    expect(router.currentRoute.value.name).toBe('signin')
  })
})
