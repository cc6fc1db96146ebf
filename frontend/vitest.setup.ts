import { afterAll } from 'vitest'

afterAll(() => {
  document.body.innerHTML = ''
  localStorage.clear()
  sessionStorage.clear()
})

/** jsdom has no media queries and no layout; what asks for them gets an answer that changes nothing. */
Object.defineProperty(window, 'matchMedia', {
  writable: true,
  value: (query: string): MediaQueryList => ({
    matches: false,
    media: query,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    dispatchEvent: () => false,
  }),
})

class ResizeObserverStandIn implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
window.ResizeObserver ??= ResizeObserverStandIn

const noRect = () => new DOMRect(0, 0, 0, 0)
Range.prototype.getBoundingClientRect = noRect
Range.prototype.getClientRects = () => [] as unknown as DOMRectList
window.scrollTo = () => undefined
document.elementFromPoint ??= () => null
