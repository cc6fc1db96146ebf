import { describe, expect, it } from 'vitest'
import { cite } from './cite'

describe('cite', () => {
  const cases: [string[], string][] = [
    [['21(六)'], '第21条（六）'],
    [['8.p3'], '第8条第3款'],
    [['13(三)(8)'], '第13条（三）（8）'],
    [['15.p1', '15.p2'], '第15条第1款、第15条第2款'],
    [['附件一'], '附件一'],
    [[], ''],
  ]
  it.each(cases)('%j', (articles, want) => expect(cite(articles)).toBe(want))
  it('says nothing where there is nothing', () => expect(cite(undefined)).toBe(''))
})
