import { describe, expect, it } from 'vitest'
import type { DeliveryStep } from './queries'
import { folded } from './steps'

const step = (id: string, at: number, more: Partial<DeliveryStep> = {}): DeliveryStep =>
  ({ id, at, name: 'find', outcome: 'failed', code: 'http_502', sentence: '没有核实成', took: 1, detail: {}, ...more }) as DeliveryStep

describe('a journal', () => {
  it('has one line for what went wrong again and again, from the first time to the last', () => {
    const lines = folded([step('a', 1), step('b', 2), step('c', 5), step('d', 6, { code: 'timeout' }), step('e', 7)])
    expect(lines.map((line) => [line.step.id, line.times, line.until])).toEqual([['a', 3, 5], ['d', 1, 6], ['e', 1, 7]])
  })
  it('keeps each line of what was done', () => {
    expect(folded([step('a', 1, { outcome: 'done' }), step('b', 2, { outcome: 'done' })])).toHaveLength(2)
    expect(folded([])).toEqual([])
  })
})
