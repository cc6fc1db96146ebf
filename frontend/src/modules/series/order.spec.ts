import { describe, expect, it } from 'vitest'
import { idsIn, mostAimed, same, shifted } from './order'

describe('the order of a message', () => {
  it('moves an article by a place and stays within the list', () => {
    expect(shifted(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
    expect(shifted(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(shifted(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(shifted(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
    expect(shifted(['a', 'b'], 7, -1)).toEqual(['a', 'b'])
  })

  it('leaves the list it was given alone', () => {
    const list = ['a', 'b']
    shifted(list, 0, 1)
    expect(list).toEqual(['a', 'b'])
  })

  it('tells an order from another', () => {
    expect(same(['a', 'b'], ['a', 'b'])).toBe(true)
    expect(same(['a', 'b'], ['b', 'a'])).toBe(false)
    expect(same(['a', 'b'], ['a'])).toBe(false)
  })

  it('reads ids from an address, each once, and nothing that is none', () => {
    expect(idsIn('0123456789abcdef,0123456789abcdef,x,')).toEqual(['0123456789abcdef'])
    expect(idsIn(undefined)).toEqual([])
  })

  it('begins with the account that most articles are to go to', () => {
    const accounts = [{ id: 'a' }, { id: 'b' }, { id: 'c' }]
    expect(mostAimed(accounts, [{ account_ids: ['b'] }, { account_ids: ['c', 'b'] }, { account_ids: ['a'] }])?.id).toBe('b')
    expect(mostAimed(accounts, [{ account_ids: ['c'] }, { account_ids: ['b'] }])?.id).toBe('b')
    expect(mostAimed(accounts, [])?.id).toBe('a')
    expect(mostAimed([], [])).toBeUndefined()
  })
})
