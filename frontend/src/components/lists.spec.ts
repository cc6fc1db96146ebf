import { mount } from '@vue/test-utils'
import { ElSelect } from 'element-plus'
import { describe, expect, it, vi } from 'vitest'
import { computed, h, ref } from 'vue'
import ListFilters from './ListFilters.vue'
import ListPanel from './ListPanel.vue'

describe('the filters of a list', () => {
  const choices = [{ name: 'state' as const, label: '状态', options: [{ value: 'open', label: '进行中' }, { value: 'done', label: '已办结' }], fallback: 'open' }]

  function filters(now: { state: string; q: string }) {
    const present = ref(now)
    const list = {
      filters: computed(() => present.value),
      narrowed: computed(() => present.value.state !== '' || present.value.q !== ''),
      set: vi.fn(async (patch: object) => void (present.value = { ...present.value, ...patch })),
      clear: vi.fn(async () => undefined),
    }
    const row = mount(ListFilters<'state' | 'q'>, { props: { list, label: '筛选', choices, search: { name: 'q', label: '搜索标题' } } })
    return { list, row, select: row.getComponent(ElSelect) }
  }

  it('search for what is typed, without the spaces around it', async () => {
    const { list, row } = filters({ state: '', q: '' })
    await row.get('input[aria-label=搜索标题]').setValue(' 公告 ')
    await row.get('form').trigger('submit')
    expect(list.set).toHaveBeenCalledWith({ q: '公告' })
  })
  it('stand as the address says, and let go of it', async () => {
    const { list, row, select } = filters({ state: 'done', q: '公告' })
    expect((row.get('input[aria-label=搜索标题]').element as HTMLInputElement).value).toBe('公告')
    expect(select.props('modelValue')).toBe('done')
    await row.findAll('button').find((button) => button.text() === '清除筛选')!.trigger('click')
    expect(list.clear).toHaveBeenCalled()
  })
  it('show what holds while nothing is chosen, and keep it out of the address', async () => {
    const { list, row, select } = filters({ state: '', q: '' })
    expect(select.props()).toMatchObject({ modelValue: 'open', clearable: false })
    expect(row.text()).not.toContain('清除筛选')
    select.vm.$emit('update:modelValue', 'open')
    expect(list.set).toHaveBeenLastCalledWith({ state: '' })
    select.vm.$emit('update:modelValue', 'done')
    expect(list.set).toHaveBeenLastCalledWith({ state: 'done' })
  })
})

describe('the frame of a list', () => {
  function frame(page: { items: string[]; next: string } | undefined, onFirst = true) {
    const query = { data: ref(page), error: ref<unknown>(null), isPending: ref(!page), isPlaceholderData: ref(false), refetch: vi.fn() }
    const cursor = { cursor: computed(() => ''), onFirst: computed(() => onFirst), next: vi.fn(), previous: vi.fn() }
    const list = mount(ListPanel<string>, {
      props: { query, cursor, emptyTitle: '没有账号', emptyText: '登记以后列在这里。' },
      slots: { default: ({ rows }: { rows: readonly string[] }) => h('ul', rows.map((row) => h('li', row))) },
    })
    const press = (label: string) => list.findAll('button').find((button) => button.text() === label)!.trigger('click')
    return { list, cursor, query, press }
  }

  it('has the rows and the way to the next page', async () => {
    const { list, cursor, press } = frame({ items: ['甲', '乙'], next: 'c2' })
    expect(list.findAll('li').map((row) => row.text())).toEqual(['甲', '乙'])
    await press('下一页')
    expect(cursor.next).toHaveBeenCalledWith('c2')
  })
  it('says that nothing is there, with no pages to turn', () => {
    const { list } = frame({ items: [], next: '' })
    expect(list.text()).toBe('没有账号登记以后列在这里。')
  })
  it('leads on from a page with nothing on it, and back', async () => {
    const { list, cursor, press } = frame({ items: [], next: 'c3' }, false)
    expect(list.text()).toContain('没有账号')
    await press('下一页')
    expect(cursor.next).toHaveBeenCalledWith('c3')
    await press('上一页')
    expect(cursor.previous).toHaveBeenCalled()
  })
  it('keeps the rows when reading them again failed, and tries once more', async () => {
    const { list, query, press } = frame({ items: ['甲'], next: '' })
    query.error.value = new Error('no')
    await list.vm.$nextTick()
    expect(list.find('li').text()).toBe('甲')
    await press('重试')
    expect(query.refetch).toHaveBeenCalled()
  })
})
