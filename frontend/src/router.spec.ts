import { describe, expect, it } from 'vitest'
import { router } from './router'

describe('router', () => {
  it('leads / to the home page, which hands on to the first page of the menu', () => {
    expect(router.resolve('/').name).toBe('home')
  })
  it('shows the sign-in page without the frame', () => {
    const signIn = router.resolve('/signin')
    expect(signIn.name).toBe('signin')
    expect(signIn.matched).toHaveLength(2)
  })
  it('leads an unknown address to the page that says so', () => {
    expect(router.resolve('/no/such/page').name).toBe('not-found')
  })
})
