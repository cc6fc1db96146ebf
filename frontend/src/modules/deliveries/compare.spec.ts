import { describe, expect, it } from 'vitest'
import { confirmWords, missingCount, shownMatch, wantsLook } from './compare'

describe('a comparison', () => {
  it('has a word and a tone', () => {
    expect(shownMatch('same')).toEqual({ label: '一致', tone: 'good' })
    expect(shownMatch('different')).toEqual({ label: '不一致', tone: 'bad' })
  })
  it('counts what is not there', () => {
    expect(missingCount({ signed: [{ text: '甲', found: true }, { text: '乙', found: false }] })).toBe(1)
    expect(missingCount({ signed: [] })).toBe(0)
  })
  it('is looked at by a person unless all is the same', () => expect(['same', 'partly', 'unreadable'].map((match) => wantsLook({ match: match as never }))).toEqual([false, true, true]))
  it('asks for a look at what differs, or at the page that the program could not read', () => {
    expect(confirmWords({ match: 'partly' })).toContain('下面的不同')
    expect(confirmWords({ match: 'unreadable' })).toContain('没有核对成')
  })
})
