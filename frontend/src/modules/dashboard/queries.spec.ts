import { describe, expect, it } from 'vitest'
import { boardQuery } from './queries'

describe('boardQuery', () => {
  it('leaves out what narrows nothing', () => expect(boardQuery({ unit_id: '', platform: 'weibo', cursor: '' })).toEqual({ platform: 'weibo' }))
  it('asks for the late ones with a truth value', () => expect(boardQuery({ stale_only: '1' })).toEqual({ stale_only: true }))
})
