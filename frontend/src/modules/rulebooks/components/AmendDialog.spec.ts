import { disableAutoUnmount, enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiProblem } from '@/api/problem'
import type { Preview } from '../queries'
import AmendDialog from './AmendDialog.vue'

const preview: Preview = { looked: 40, affected: 37, stale: 37, cured: 0, timed: 0, untimed: 0, sooner: 0, later: 0, samples: [] }
const refusal = new ApiProblem({ status: 409, code: 'rule.stale', detail: '这一项刚被别人修改过，请刷新后再操作。' })

enableAutoUnmount(afterEach)
afterAll(disableAutoUnmount)
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 4), toFake: ['Date'] })
  document.body.innerHTML = ''
})
afterEach(() => vi.useRealTimers())

type Props = InstanceType<typeof AmendDialog>['$props']

async function open(props: Partial<Props> = {}) {
  const save = vi.fn<Props['save']>(() => Promise.resolve())
  const look = vi.fn<NonNullable<Props['look']>>(() => Promise.resolve(preview))
  const wrapper = mount(AmendDialog, {
    attachTo: document.body,
    props: { modelValue: true, title: '本单位从严', subject: 'a', summary: '更新间隔：1周 改为 5日', save, look, ...props },
  })
  await flushPromises()
  return { wrapper, save, look }
}

const text = () => document.body.textContent ?? ''
/** A field shows what is wrong with it a moment later. */
const says = (sentence: string) => vi.waitFor(() => expect(text()).toContain(sentence))
const press = async (name: string) => {
  const button = [...document.querySelectorAll<HTMLButtonElement>('button')].find((one) => one.textContent?.trim() === name)
  expect(button, `the button ${name}`).toBeDefined()
  button!.click()
  await flushPromises()
}

async function type(selector: string, value: string): Promise<void> {
  const field = document.querySelector<HTMLInputElement | HTMLTextAreaElement>(selector)!
  field.value = value
  field.dispatchEvent(new Event('input'))
  await flushPromises()
}

const reasonField = () => document.querySelector<HTMLTextAreaElement>('textarea')!.value

describe('a change of the rules', () => {
  it('begins today, needs a reason, and asks for nothing before it has one', async () => {
    const { look } = await open()
    expect(document.querySelector<HTMLInputElement>('input[type=date]')!.value).toBe('2026-11-22')
    await press('查看影响')
    await says('请写明理由')
    expect(look).not.toHaveBeenCalled()
  })

  it('does not begin in the past', async () => {
    const { look } = await open()
    await type('textarea', '从严')
    await type('input[type=date]', '2026-11-21')
    await press('查看影响')
    await says('请选今天或以后的日期')
    expect(look).not.toHaveBeenCalled()
  })

  it('is shown with its effect before it is made', async () => {
    const { wrapper, save } = await open()
    await type('textarea', ' 区里的要求 ')
    await press('查看影响')
    expect(text()).toContain('更新间隔：1周 改为 5日，自 2026-11-22 起')
    expect(text()).toContain('37 个账号或栏目将转为超期')
    expect(save).not.toHaveBeenCalled()
    await press('确认')
    expect(save).toHaveBeenCalledWith({ from: '2026-11-22', reason: '区里的要求' })
    expect(wrapper.emitted('update:modelValue')!.at(-1)).toEqual([false])
  })

  it('keeps what was typed when the server refuses it, and says why', async () => {
    const { wrapper } = await open({ save: () => Promise.reject(refusal) })
    await type('textarea', '区里的要求')
    await press('查看影响')
    await press('确认')
    expect(text()).toContain('这一项刚被别人修改过')
    expect(reasonField()).toBe('区里的要求')
    expect(wrapper.emitted('update:modelValue')).toBeUndefined()
  })

  it('can be given up while its effect is computed', async () => {
    let given: AbortSignal | undefined
    await open({ look: (_common, signal) => new Promise((_resolve, reject) => {
      given = signal
      signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
    }) })
    await type('textarea', '区里的要求')
    await press('查看影响')
    expect(text()).toContain('正在计算影响')
    await press('停止计算')
    expect(given?.aborted).toBe(true)
    expect(text()).not.toContain('正在计算影响')
    expect(reasonField()).toBe('区里的要求')
  })

  it('is confirmed at once where there is nothing to look at', async () => {
    const { save } = await open({ look: undefined, confirmLabel: '撤回' })
    await type('textarea', '暂不改')
    await press('撤回')
    expect(save).toHaveBeenCalledOnce()
  })
})
