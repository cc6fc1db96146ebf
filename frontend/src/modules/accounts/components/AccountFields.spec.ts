import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { emptyAccount } from '../form'
import AccountFields from './AccountFields.vue'

const fieldsOf = (change: object) =>
  mount(AccountFields, { props: { units: [{ value: 'u1', label: '清源镇' }], errors: {}, modelValue: { ...emptyAccount('u1'), ...change } } })
const labels = (form: ReturnType<typeof fieldsOf>) => form.findAll('.el-form-item__label').map((one) => one.text())

describe('what is told of a new account', () => {
  it('calls the fields of a website as the register does, and asks for no id on a platform', () => {
    const said = labels(fieldsOf({ platform: 'website', kind: 'website', mode: 'manual' }))
    expect(said).toContain('网站名称')
    expect(said).toContain('网站类型')
    expect(said.filter((label) => label.includes('账号'))).toEqual([])
    expect(labels(fieldsOf({}))).toEqual(expect.arrayContaining(['账号名称', '账号类型', '平台账号标识']))
  })
  it('sends no id that was typed for another platform', async () => {
    const form = fieldsOf({ external_id: 'wx1' })
    const model = form.props('modelValue')!
    await form.setProps({ modelValue: { ...model, platform: 'website' } })
    await nextTick()
    expect(form.props('modelValue')).toMatchObject({ platform: 'website', kind: 'website', external_id: '', mode: 'manual' })
  })
  it('leaves an address to the sentence of the server, not to a bubble of the browser', () =>
    expect(fieldsOf({ platform: 'app', kind: 'app' }).findAll('input[type=url]')).toEqual([]))
})
