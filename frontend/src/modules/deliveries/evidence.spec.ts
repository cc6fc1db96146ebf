import { describe, expect, it } from 'vitest'
import { candidatesOf, isUnclear, type SeenPost } from './evidence'

const asked = Date.UTC(2026, 10, 23, 2, 30)
const hour = 60 * 60_000
const delivery = { id: 'd', title: '停电检修公告', intent_at: asked }
const post = (id: string, more: Partial<SeenPost> = {}): SeenPost => ({
  id, title: '别的', url: `https://mp.example.cn/${id}`, published_at: asked, first_seen_at: asked, removed_at: null, delivery_id: null, ...more,
})

describe('the evidence of an unclear delivery', () => {
  it('is wanted while nobody knows, and of a publication only', () => {
    const facts = { action: 'publish', state: 'unknown', intent_at: asked } as never
    expect(isUnclear(facts)).toBe(true)
    expect(isUnclear({ ...(facts as object), state: 'prepared' } as never)).toBe(true)
    expect(isUnclear({ ...(facts as object), state: 'prepared', intent_at: null } as never)).toBe(false)
    expect(isUnclear({ ...(facts as object), state: 'published' } as never)).toBe(false)
    expect(isUnclear({ ...(facts as object), action: 'retract' } as never)).toBe(false)
  })
  it('is what appeared since, of the same title first, though its spaces differ', () => {
    const list = candidatesOf(delivery, [post('later', { published_at: asked + hour }), post('same', { title: '停电 检修公告' })])
    expect(list.map((one) => [one.post.id, one.same])).toEqual([['same', true], ['later', false]])
  })
  it('is nothing older, unless the platform told the day only', () => {
    const old = { published_at: asked - 2 * hour, first_seen_at: asked - 2 * hour }
    const sameDay = { ...old, first_seen_at: asked + 1 }
    const dayBefore = { published_at: asked - 24 * hour, first_seen_at: asked + 1 }
    expect(candidatesOf(delivery, [post('old', old), post('seen', sameDay), post('before', dayBefore)]).map((one) => one.post.id)).toEqual(['seen'])
  })
  it('is nothing that is gone, or that another delivery became', () => {
    expect(candidatesOf(delivery, [post('gone', { removed_at: asked }), post('other', { delivery_id: 'e' }), post('own', { delivery_id: 'd' })]).map((one) => one.post.id)).toEqual(['own'])
  })
})
