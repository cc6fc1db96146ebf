import { describe, expect, it } from 'vitest'
import { ApiProblem } from '@/api/problem'
import { basisOf, fieldOf, useFormProblem } from './errors'

const problem = (errors: { location: string; message: string }[]) =>
  new ApiProblem({ status: 422, code: 'input', detail: '请检查填写的内容。', errors })

describe('fieldOf', () => {
  it.each([
    ['body.title', 'title'],
    ['body.accounts[0].id', 'accounts'],
    ['query.page', 'page'],
    ['body', 'body'],
  ])('reads %s as %s', (location, field) => {
    expect(fieldOf(location)).toBe(field)
  })
})

describe('useFormProblem', () => {
  it('spreads the messages over the fields and joins two of one field', () => {
    const form = useFormProblem(['title', 'digest'] as const)
    form.apply(problem([
      { location: 'body.title', message: '标题太长。' },
      { location: 'body.title', message: '标题含有敏感词。' },
    ]))
    expect(form.fields).toEqual({ title: '标题太长。 标题含有敏感词。' })
    expect(form.general.value).toBeNull()
  })

  it('keeps what belongs to no field above the form', () => {
    const form = useFormProblem(['title'] as const)
    form.apply(problem([{ location: 'body.cover', message: '请上传封面。' }]))
    expect(form.fields).toEqual({})
    expect(form.general.value?.message).toBe('请检查填写的内容。')
  })

  it('starts clean with each answer', () => {
    const form = useFormProblem(['title'] as const)
    form.apply(problem([{ location: 'body.title', message: '标题太长。' }]))
    form.apply(new TypeError('Failed to fetch'))
    expect(form.fields).toEqual({})
    expect(form.general.value?.message).toContain('连接不上服务器')
  })
})

describe('basisOf', () => {
  it('prefers the citation and falls back to rulebook and articles', () => {
    const body = { status: 409, code: 'x', rulebook: '潼南 2022', articles: ['第21条', '第22条'] }
    expect(basisOf(new ApiProblem({ ...body, citation: '潼南 2022 第21条（六）' }))).toBe('潼南 2022 第21条（六）')
    expect(basisOf(new ApiProblem(body))).toBe('潼南 2022 第21条、第22条')
    expect(basisOf(new ApiProblem({ status: 409, code: 'x' }))).toBe('')
  })
})
