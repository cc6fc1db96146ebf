import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, ref } from 'vue'
import OrderList from './OrderList.vue'

const Host = defineComponent({
  components: { OrderList },
  setup: () => ({ ids: ref(['a', 'b', 'c']) }),
  template: '<OrderList :items="ids.map((id) => ({ id, title: id }))" @order="ids = $event" />',
})

describe('the order of a message', () => {
  it('keeps the focus of whoever moves an article by keyboard with that article', async () => {
    const wrapper = mount(Host, { attachTo: document.body })
    const focused = () => document.activeElement?.getAttribute('aria-label') ?? ''
    const press = async (label: string) => {
      const button = wrapper.get<HTMLButtonElement>(`[aria-label="${label}"]`)
      button.element.focus()
      await button.trigger('click')
      await flushPromises()
    }
    await press('上移：c')
    expect(focused()).toBe('上移：c')
    await press(focused()) // now it is the first, and cannot go further up
    expect(wrapper.vm.ids).toEqual(['c', 'a', 'b'])
    expect(focused()).toBe('下移：c')
    await press('移出：a')
    expect(focused()).toBe('移出：b')
    await press('移出：b')
    expect(focused()).toBe('移出：c')
    wrapper.unmount()
  })
})
