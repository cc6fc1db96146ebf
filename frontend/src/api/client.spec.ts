import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectionLost } from '@/composables/connection'
import { createApi, onMustChange, unwrap } from './client'
import { onSignedOut } from './fetch'
import { ApiProblem, clientCodes } from './problem'

interface Paths {
  '/api/articles': {
    get: { responses: { 200: { content: { 'application/json': { items: string[] } } } } }
    post: {
      requestBody: { content: { 'application/json': { title: string } } }
      responses: { 200: { content: { 'application/json': { id: string } } } }
    }
  }
  '/api/session': {
    post: {
      requestBody: { content: { 'application/json': { username: string } } }
      responses: { 204: { content?: never } }
    }
  }
}

type Handler = (path: string, request: Request) => Response | Promise<Response>

let handler: Handler
const calls: string[] = []
const signedOut = vi.fn()
const api = createApi<Paths>()

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })
const problem = (body: object, status: number) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/problem+json' } })

async function failure(call: Promise<unknown>): Promise<ApiProblem> {
  const error = await call.catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ApiProblem)
  return error as ApiProblem
}

beforeEach(() => {
  vi.useFakeTimers()
  calls.length = 0
  signedOut.mockReset()
  onSignedOut(signedOut)
  vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
    const request = new Request(new URL(typeof input === 'string' ? input : input.url, location.href), {
      method: init?.method ?? (input instanceof Request ? input.method : 'GET'),
      body: input instanceof Request && input.body ? await input.clone().text() : undefined,
    })
    const { pathname } = new URL(request.url)
    calls.push(`${request.method} ${pathname}`)
    return handler(pathname, request)
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the API client', () => {
  it('refreshes once for calls that fail together, and tries each again with its body', async () => {
    let valid = false
    const bodies: string[] = []
    handler = async (path, request) => {
      if (path === '/api/session/refresh') {
        await Promise.resolve()
        valid = true
        return json({})
      }
      if (!valid) return problem({ code: 'session.expired' }, 401)
      if (request.method === 'POST') bodies.push(await request.text())
      return json({ items: ['甲'], id: '1' })
    }
    const [first, second, third] = await Promise.all([
      unwrap(api.GET('/api/articles')),
      unwrap(api.GET('/api/articles')),
      unwrap(api.POST('/api/articles', { body: { title: '题' } })),
    ])
    expect([first.items, second.items, third.id]).toEqual([['甲'], ['甲'], '1'])
    expect(bodies).toEqual(['{"title":"题"}'])
    expect(calls.filter((call) => call.endsWith('/refresh'))).toHaveLength(1)
    expect(signedOut).not.toHaveBeenCalled()
  })

  it('refreshes anew when the session runs out again later', async () => {
    let valid = false
    handler = (path) => {
      if (path === '/api/session/refresh') valid = true
      else if (!valid) return problem({ code: 'session.expired' }, 401)
      return json({ items: [] })
    }
    await unwrap(api.GET('/api/articles'))
    valid = false
    await unwrap(api.GET('/api/articles'))
    expect(calls.filter((call) => call.endsWith('/refresh'))).toHaveLength(2)
  })

  it('says that the session is gone when the refresh is refused', async () => {
    handler = () => problem({ code: 'session.revoked', detail: '登录已失效，请重新登录。' }, 401)
    const error = await failure(unwrap(api.GET('/api/articles')))
    expect([error.status, error.code, error.message]).toEqual([401, 'session.revoked', '登录已失效，请重新登录。'])
    expect(signedOut).toHaveBeenCalledTimes(1)
    expect(calls).toEqual(['GET /api/articles', 'POST /api/session/refresh'])
  })

  it.each([[500], [503]])('keeps the person signed in when the refresh answers %i', async (status) => {
    handler = (path) => (path === '/api/session/refresh' ? json({}, status) : problem({ code: 'session.expired' }, 401))
    const error = await failure(unwrap(api.GET('/api/articles')))
    expect(error.transient).toBe(true)
    expect(signedOut).not.toHaveBeenCalled()
  })

  it('does not refresh for a wrong password', async () => {
    handler = () => problem({ code: 'session.wrong', detail: '用户名或密码不正确。' }, 401)
    const error = await failure(unwrap(api.POST('/api/session', { body: { username: 'a' } })))
    expect(error.message).toBe('用户名或密码不正确。')
    expect(calls).toEqual(['POST /api/session'])
    expect(signedOut).not.toHaveBeenCalled()
  })

  it('says that the password must be changed first, and still gives the refusal to its caller', async () => {
    const mustChange = vi.fn()
    onMustChange(mustChange)
    handler = () => problem({ code: 'auth.forbidden', detail: '您没有这项权限。' }, 403)
    await failure(unwrap(api.GET('/api/articles')))
    expect(mustChange).not.toHaveBeenCalled()

    handler = () => problem({ code: 'auth.must_change', detail: '请先修改初始密码，再进行其他操作。' }, 403)
    const error = await failure(unwrap(api.GET('/api/articles')))
    expect(error.message).toBe('请先修改初始密码，再进行其他操作。')
    expect(mustChange).toHaveBeenCalledTimes(1)
  })

  it('reads everything a problem says', async () => {
    handler = () =>
      problem(
        {
          status: 422,
          code: 'account.name_rule',
          detail: '名称不符合规定。',
          errors: [{ location: 'body.name', message: '请以单位名称开头。' }],
          trace_id: 't-1',
          rulebook: '潼南 2022',
          articles: ['第21条'],
          citation: '潼南 2022 第21条（六）',
          data: { allowed: 3 },
        },
        422,
      )
    const error = await failure(unwrap(api.GET('/api/articles')))
    expect(error).toMatchObject({
      status: 422,
      code: 'account.name_rule',
      message: '名称不符合规定。',
      errors: [{ location: 'body.name', message: '请以单位名称开头。' }],
      traceId: 't-1',
      citation: '潼南 2022 第21条（六）',
      data: { allowed: 3 },
    })
  })

  it('answers the HTML page of a proxy with a sentence of its own', async () => {
    handler = () => new Response('<html>502 Bad Gateway</html>', { status: 502 })
    const error = await failure(unwrap(api.GET('/api/articles')))
    expect([error.code, error.message]).toEqual([clientCodes.unreadable, '服务器暂时无法访问，请稍后重试。'])
  })

  it('knows a lost network, says so until the server answers, and asks by itself', async () => {
    handler = () => {
      throw new TypeError('Failed to fetch')
    }
    const error = await failure(unwrap(api.GET('/api/articles')))
    expect([error.code, error.transient, connectionLost.value]).toEqual([clientCodes.offline, true, true])

    await vi.advanceTimersByTimeAsync(5000)
    expect([calls.at(-1), connectionLost.value]).toEqual(['GET /healthz', true])

    handler = () => json({ items: [] })
    await vi.advanceTimersByTimeAsync(5000)
    expect(connectionLost.value).toBe(false)
  })
})
