import { describe, expect, it } from 'vitest'
import { publishMode, randomLetters, secretErrors } from './form'
import { refusedToken } from './platforms'

const fresh = { platform: 'wechat', credentials_set_at: null }
const bound = { platform: 'wechat', credentials_set_at: 1 }
const key = 'k'.repeat(43)

describe('secretErrors', () => {
  it('wants the app secret of an account that has none', () => expect(secretErrors(fresh, {})).toEqual({ app_secret: '请填写。' }))
  it('lets what is set stay, but wants something', () => expect(secretErrors(bound, {})).toEqual({ _: '请至少填写一项。' }))
  it('takes the callback pair without the secret again', () => expect(secretErrors(bound, { callback_token: 'abc', encoding_aes_key: key })).toEqual({}))
  it('wants the pair whole', () => expect(Object.keys(secretErrors(bound, { callback_token: 'abc' }))).toEqual(['encoding_aes_key']))
  it('knows the shapes', () =>
    expect(Object.keys(secretErrors(fresh, { app_secret: 's', callback_token: 'a-b', encoding_aes_key: 'short' })).sort()).toEqual(['callback_token', 'encoding_aes_key']))
  it('wants all of Weibo anew: they belong together', () => expect(Object.keys(secretErrors({ platform: 'weibo', credentials_set_at: 1 }, { app_key: '1' }))).toEqual(['access_token']))
})

describe('randomLetters', () => {
  it('makes a key that WeChat takes', () => {
    expect(randomLetters(43)).toMatch(/^[A-Za-z0-9]{43}$/)
    expect(randomLetters(43)).not.toBe(randomLetters(43))
  })
})

describe('publishMode', () => {
  it('publishes quietly where nothing is set, and nothing by itself where it is not known', () =>
    expect([{}, { publish_mode: 'mass_send' }, { publish_mode: 'loud' }].map(publishMode)).toEqual(['publish', 'mass_send', 'draft_only']))
})

describe('a probe after binding', () => {
  const line = (name: string, level: string) => ({ name, level, label: '', sentence: '', code: '', expires_at: null })
  it('speaks of the credentials alone', () => {
    expect(refusedToken({ lines: [line('certification', 'bad'), line('token', 'ok')] })).toBeUndefined()
    expect(refusedToken({ lines: [line('token', 'bad')] })?.name).toBe('token')
  })
})
