import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useCursor, type Cursor } from './cursor'
import { useUrlFilters, type UrlFilters } from './urlFilters'

type Names = 'state' | 'q'

async function setUp(address: string) {
  let cursor!: Cursor
  let filters!: UrlFilters<Names>
  const page = {
    setup() {
      cursor = useCursor()
      filters = useUrlFilters(['state', 'q'])
      return () => null
    },
  }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/list', component: page }] })
  await router.push(address)
  mount(page, { global: { plugins: [router] } })
  const settled = () => new Promise((resolve) => setTimeout(resolve))
  return { cursor, filters, router, settled }
}

describe('paging by cursor', () => {
  it('goes on, back and to the first page', async () => {
    const { cursor, settled } = await setUp('/list')
    cursor.next('b')
    await settled()
    cursor.next('c')
    await settled()
    expect(cursor.cursor.value).toBe('c')
    cursor.previous()
    await settled()
    expect(cursor.cursor.value).toBe('b')
    cursor.previous()
    await settled()
    expect(cursor.onFirst.value).toBe(true)
  })

  it('goes to the first page when the way here is not known', async () => {
    const { cursor, settled } = await setUp('/list?cursor=z')
    cursor.previous()
    await settled()
    expect(cursor.cursor.value).toBe('')
  })

  it('keeps the way when the browser itself goes back', async () => {
    const { cursor, router, settled } = await setUp('/list')
    cursor.next('b')
    await settled()
    cursor.next('c')
    await settled()
    router.back()
    await settled()
    cursor.previous()
    await settled()
    expect(cursor.onFirst.value).toBe(true)
  })
})

describe('filters in the address', () => {
  it('are read from it', async () => {
    const { filters } = await setUp('/list?state=failed&state=x&q=通知')
    expect(filters.filters.value).toEqual({ state: '', q: '通知' })
    expect(filters.narrowed.value).toBe(true)
  })

  it('go back to the first page when one changes, and leave what is empty out', async () => {
    const { filters, router } = await setUp('/list?q=通知&cursor=b&tab=x')
    await filters.set({ state: 'failed', q: '' })
    expect(router.currentRoute.value.query).toEqual({ state: 'failed', tab: 'x' })
  })

  it('are cleared together', async () => {
    const { filters, router } = await setUp('/list?q=通知&state=failed')
    await filters.clear()
    expect(router.currentRoute.value.query).toEqual({})
    expect(filters.narrowed.value).toBe(false)
  })
})
