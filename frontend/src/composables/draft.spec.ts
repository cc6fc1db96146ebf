import { disableAutoUnmount, enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, reactive } from 'vue'
import { createMemoryHistory, createRouter, RouterView, type Router } from 'vue-router'
import * as confirm from '@/components/confirm'
import { useSession } from '@/stores/session'
import { dropOldDrafts, useDraft, type Draft } from './draft'

interface Form {
  title: string
}

const writtenAt = Date.UTC(2026, 10, 22)
let router: Router
let draft: Draft<Form>
let form: Form

async function visit(loaded: Form, version = 1): Promise<ReturnType<typeof mount>> {
  form = reactive({ ...loaded })
  const Page = defineComponent(() => {
    draft = useDraft<Form>({
      id: () => 'article:1',
      read: () => ({ ...form }),
      restore: (value) => Object.assign(form, value),
      version: () => version,
      now: () => writtenAt,
    })
    draft.markSaved()
    return () => h('p')
  })
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: Page },
      { path: '/other', component: { render: () => h('p') } },
      { path: '/signin', name: 'signin', component: { render: () => h('p') } },
    ],
  })
  const page = mount(RouterView, { global: { plugins: [router] } })
  await router.push('/')
  await flushPromises()
  return page
}

async function type(title: string): Promise<void> {
  form.title = title
  await flushPromises()
  vi.advanceTimersByTime(1000)
}

function signedInAs(id: string): void {
  useSession().current = { person: { id, name: '甲', username: 'a' }, units: [], roles: [], permissions: [], must_change: false }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  localStorage.clear()
  setActivePinia(createPinia())
  signedInAs('person-1')
})

enableAutoUnmount(afterEach)
afterAll(disableAutoUnmount)
afterEach(() => vi.useRealTimers())

describe('useDraft', () => {
  it('keeps what was typed over a closed page and gives it back on request', async () => {
    ;(await visit({ title: '' })).unmount()
    const page = await visit({ title: '' })
    await type('写了一半')
    page.unmount()

    await visit({ title: '' })
    expect(draft.found.value).toEqual({ savedAt: writtenAt, version: '1', value: { title: '写了一半' } })
    expect(form.title).toBe('')
    draft.restoreFound()
    expect(form.title).toBe('写了一半')
    expect(draft.dirty.value).toBe(true)
    expect(draft.found.value).toBeNull()
  })

  it('stores the last words even when the page closes before the pause', async () => {
    const page = await visit({ title: '' })
    form.title = '最后'
    await flushPromises()
    page.unmount()
    await visit({ title: '' })
    expect(draft.found.value?.value.title).toBe('最后')
  })

  it('forgets the draft once the server has it', async () => {
    const page = await visit({ title: '' })
    await type('写完')
    draft.markSaved()
    expect(draft.dirty.value).toBe(false)
    page.unmount()
    await visit({ title: '写完' })
    expect(draft.found.value).toBeNull()
    expect(localStorage).toHaveLength(0)
  })

  it('forgets it when what was typed is taken back', async () => {
    await visit({ title: '原题' })
    await type('改题')
    expect(localStorage).toHaveLength(1)
    await type('原题')
    expect([draft.dirty.value, localStorage.length]).toEqual([false, 0])
  })

  it('keeps an undecided draft while new words are typed, and lets it go when it is discarded', async () => {
    const page = await visit({ title: '' })
    await type('旧稿')
    page.unmount()
    await visit({ title: '' })
    await type('新稿')
    expect(localStorage.getItem('govmedia:draft:person-1:article:1')).toContain('旧稿')
    draft.discardFound()
    expect(localStorage.getItem('govmedia:draft:person-1:article:1')).toContain('新稿')
  })

  it('says when the server has gone on since', async () => {
    const page = await visit({ title: '' }, 1)
    await type('旧稿')
    page.unmount()
    await visit({ title: '别人改的' }, 2)
    expect(draft.foundIsStale.value).toBe(true)
  })

  it('shows nobody the draft of another person', async () => {
    const page = await visit({ title: '' })
    await type('甲的稿')
    page.unmount()
    signedInAs('person-2')
    await visit({ title: '' })
    expect(draft.found.value).toBeNull()
  })

  it('asks before the page is left with unsaved words, and stays when told to', async () => {
    const ask = vi.spyOn(confirm, 'confirmAction').mockResolvedValueOnce(false).mockResolvedValueOnce(true)
    await visit({ title: '' })
    await router.push('/other')
    expect(ask).not.toHaveBeenCalled()

    await visit({ title: '' })
    await type('未存')
    await router.push('/other')
    expect(router.currentRoute.value.path).toBe('/')
    await router.push('/other')
    expect(router.currentRoute.value.path).toBe('/other')
  })

  it('lets a spent session through to the sign-in page, with the words stored', async () => {
    const ask = vi.spyOn(confirm, 'confirmAction')
    await visit({ title: '' })
    form.title = '会话到期'
    await flushPromises()
    await router.push('/signin')
    expect(router.currentRoute.value.path).toBe('/signin')
    expect(ask).not.toHaveBeenCalled()
    expect(localStorage.getItem('govmedia:draft:person-1:article:1')).toContain('会话到期')
  })

  it('makes the browser ask before the window closes, only with unsaved words', async () => {
    await visit({ title: '' })
    const closing = () => {
      const event = new Event('beforeunload', { cancelable: true })
      window.dispatchEvent(event)
      return event.defaultPrevented
    }
    expect(closing()).toBe(false)
    await type('未存')
    expect(closing()).toBe(true)
  })

  it('says that the browser has no room left', async () => {
    await visit({ title: '' })
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    await type('很长')
    expect([draft.storageFull.value, form.title]).toEqual([true, '很长'])
  })
})

describe('dropOldDrafts', () => {
  it('removes what nobody came back for, and nothing else', () => {
    const store = (key: string, savedAt: number) => localStorage.setItem(key, JSON.stringify({ savedAt }))
    store('govmedia:draft:a', writtenAt - 15 * 86_400_000)
    store('govmedia:draft:b', writtenAt - 13 * 86_400_000)
    localStorage.setItem('govmedia:draft:broken', '{')
    localStorage.setItem('other', '{')
    dropOldDrafts(writtenAt)
    expect(Object.keys(localStorage).sort()).toEqual(['govmedia:draft:b', 'other'])
  })
})
