import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { useSession } from '@/stores/session'
import { safeReturn } from '@/utils/returnPath'
import SignInPage from './SignInPage.vue'

const session = {
  person: { id: 'p1', name: '张三', username: 'zhangsan' },
  units: [{ id: 'u1', name: '区教育局' }],
  roles: [],
  permissions: ['article.write'],
  must_change: false,
}

let page: VueWrapper
let router: Router
let answer: (method: string, body: string) => Response

async function open(address: string): Promise<void> {
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/signin', name: 'signin', component: SignInPage },
      { path: '/:path(.*)*', component: { template: '<p/>' } },
    ],
  })
  await router.push(address)
  page = mount(SignInPage, { global: { plugins: [router] }, attachTo: document.body })
}

async function submit(username: string, password: string): Promise<void> {
  await page.get('#username').setValue(username)
  await page.get('#password').setValue(password)
  await page.get('form').trigger('submit')
  await flushPromises()
}

beforeEach(() => {
  setActivePinia(createPinia())
  vi.stubGlobal('fetch', async (request: Request) => answer(request.method, await request.clone().text()))
})

afterEach(() => {
  page.unmount()
  vi.unstubAllGlobals()
})

describe('the sign-in page', () => {
  it('signs in and goes where the person wanted to go', async () => {
    const bodies: string[] = []
    answer = (method, body) => {
      if (method === 'POST') bodies.push(body)
      return new Response(JSON.stringify(session))
    }
    await open('/signin?return=/articles/1?tab=2')
    await submit(' zhangsan ', 'p w')
    expect(bodies).toEqual(['{"username":"zhangsan","password":"p w"}'])
    expect(useSession().person?.name).toBe('张三')
    expect(useSession().can('article.write')).toBe(true)
    expect(router.currentRoute.value.fullPath).toBe('/articles/1?tab=2')
  })

  it('shows the sentence of a refusal, empties the password and keeps the name', async () => {
    answer = () =>
      new Response(JSON.stringify({ code: 'session.wrong', detail: '用户名或密码不正确，还可以试 4 次。' }), { status: 401 })
    await open('/signin')
    await submit('zhangsan', 'wrong')
    expect(page.get('[role=alert]').text()).toContain('用户名或密码不正确，还可以试 4 次。')
    expect((page.get('#username').element as HTMLInputElement).value).toBe('zhangsan')
    expect((page.get('#password').element as HTMLInputElement).value).toBe('')
    expect(document.activeElement?.id).toBe('password')
  })

  it('asks for what is missing without asking the server', async () => {
    answer = () => {
      throw new Error('the server was asked')
    }
    await open('/signin')
    await submit('', '')
    expect(page.text()).toContain('请输入用户名。')
    expect(page.text()).toContain('请输入密码。')
    expect(page.get('#username').attributes('aria-invalid')).toBe('true')
  })

  it('warns about caps lock', async () => {
    await open('/signin')
    const event = new KeyboardEvent('keyup', { key: 'A', bubbles: true })
    vi.spyOn(event, 'getModifierState').mockReturnValue(true)
    page.get('#password').element.dispatchEvent(event)
    await flushPromises()
    expect(page.text()).toContain('大写锁定已打开')
  })

  it('names its fields so that a password manager knows them', async () => {
    await open('/signin')
    expect(page.get('#username').attributes('autocomplete')).toBe('username')
    expect(page.get('#password').attributes('autocomplete')).toBe('current-password')
  })
})

describe('safeReturn', () => {
  it.each([
    ['/articles?x=1', '/articles?x=1'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    [undefined, '/'],
    [['/a'], '/'],
  ])('turns %j into %s', (value, path) => {
    expect(safeReturn(value)).toBe(path)
  })
})
