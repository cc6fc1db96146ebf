// @vitest-environment jsdom
import { mount } from '@vue/test-utils'
import { ref } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { midnight } from '../grid'
import type { Timing } from '../queries'
import TimingNotes from './TimingNotes.vue'

const timing = ref<Timing>()
vi.mock('../queries', () => ({ useTiming: () => ({ data: timing, error: ref(null) }) }))

const at = midnight('2026-11-23')
const nothing: Timing = { at, day: { day: '2026-11-23', kind: 'work' }, warnings: [], habits: [] }
const warning = { account_id: 'a', account_name: '清源镇发布', at, citation: '' }

function show() {
  return mount(TimingNotes, { props: { articleIds: ['x'], at } })
}

describe('what stands against a time', () => {
  it('is said to be nothing where nothing does', () => {
    timing.value = nothing
    expect(show().text()).toBe('这个时间没有冲突，额度够用。')
  })
  it('is named with its clause, and a day off as well', () => {
    timing.value = { ...nothing, day: { day: '2026-11-22', kind: 'rest' }, warnings: [{ ...warning, kind: 'late', sentence: '已经超期。', citation: '潼南 2022 第21条（六）' }] }
    const text = show().text()
    for (const words of ['休息日', '会超期', '已经超期。', '潼南 2022 第21条（六）']) expect(text).toContain(words)
    expect(text).not.toContain('没有冲突')
  })
  it('does not count what is only told', () => {
    timing.value = { ...nothing, warnings: [{ ...warning, kind: 'count', sentence: '这是第 2 次。' }] }
    expect(show().text()).toContain('这是第 2 次。这个时间没有冲突')
  })
  it('goes with the hours that are usual, one click each', async () => {
    timing.value = { ...nothing, habits: [{ weekday: 3, hour: 9, posts: 4 }, { weekday: 6, hour: 20, posts: 1 }] }
    const notes = show()
    expect(notes.findAll('button').map((one) => one.text())).toEqual(['周三 9 点（近 90 天 4 次）'])
    await notes.get('button').trigger('click')
    const chosen = Number(notes.emitted('choose')![0]![0])
    expect(chosen).toBeGreaterThan(Date.now())
    expect(new Date(chosen + 8 * 60 * 60_000).toISOString()).toContain('T09:00')
  })
})
