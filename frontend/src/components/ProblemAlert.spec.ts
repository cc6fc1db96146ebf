import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { ApiProblem } from '@/api/problem'
import ProblemAlert from './ProblemAlert.vue'

const sentence = '标题最多 200 个字，请缩短后再保存。'

function textOf(errors: { location: string; message: string }[]): string {
  const problem = new ApiProblem({ status: 422, code: 'article.too_long', detail: sentence, errors, trace_id: 't-1' })
  return mount(ProblemAlert, { props: { problem } }).text()
}

describe('ProblemAlert', () => {
  it('says a refusal of one field once', () => {
    expect(textOf([{ location: 'title', message: sentence }]).split(sentence)).toHaveLength(2)
  })
  it('says what further fields are about', () => {
    expect(textOf([{ location: 'title', message: '至少 1 个字' }])).toContain('至少 1 个字')
  })
})
