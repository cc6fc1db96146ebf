import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isWithin } from './layouts/menu'
import { router } from './router'
import { useSession } from './stores/session'

describe('router', () => {
  it('leads / to the home page, which hands on to the first page of the menu', () => {
    expect(router.resolve('/').name).toBe('home')
  })
  it('shows the sign-in page without the frame', () => {
    const signIn = router.resolve('/signin')
    expect(signIn.name).toBe('signin')
    expect(signIn.matched).toHaveLength(2)
  })
  it.each([
    ['/accounts/a1', '/accounts'],
    ['/columns/c1', '/accounts'],
    ['/column-findings', '/column-findings'],
  ])('puts %s below the menu entry %s', (address, entry) => {
    expect(isWithin(router.resolve(address), entry)).toBe(true)
  })
  it('keeps apart what only begins alike', () => {
    expect(isWithin(router.resolve('/column-findings'), '/columns')).toBe(false)
    expect(isWithin(router.resolve('/columns/c1'), '/columns')).toBe(false)
  })
  it('leads an unknown address to the page that says so', () => {
    expect(router.resolve('/no/such/page').name).toBe('not-found')
  })
})

describe('somebody whose password must be changed', () => {
  let mustChange = true

  beforeEach(() => {
    setActivePinia(createPinia())
    mustChange = true
    vi.stubGlobal('fetch', async () =>
      Response.json({
        person: { id: 'p1', name: '某人', username: 'moumou' },
        units: [],
        roles: [],
        permissions: ['article.read'],
        must_change: mustChange,
      }),
    )
  })

  afterEach(() => vi.unstubAllGlobals())

  it.each(['/', '/tasks', '/articles?state=draft', '/rulebooks', '/403', '/no/such/page'])(
    'comes from %s to the page of the password',
    async (address) => {
      await router.push(address)
      expect(router.currentRoute.value.fullPath).toBe('/password')
    },
  )

  it('goes on once it is changed', async () => {
    await router.push('/tasks')
    expect(router.currentRoute.value.path).toBe('/password')
    await useSession().changePassword('old', 'new')
    await router.push('/403')
    expect(router.currentRoute.value.path).toBe('/403')
  })

  it('may still sign in as somebody else', async () => {
    await router.push('/signin')
    expect(router.currentRoute.value.path).toBe('/signin')
  })

  it('is not sent there without need', async () => {
    mustChange = false
    await router.push('/no/such/page')
    expect(router.currentRoute.value.name).toBe('not-found')
  })
})
