import { describe, expect, it } from 'vitest'
import { asTree, columnState, emptyColumn, newColumn } from './columns'

const now = Date.UTC(2026, 10, 22)

describe('a new column', () => {
  it('leaves level and time to the server', () =>
    expect(newColumn({ ...emptyColumn(), name: ' 政务要闻 ' }, now)).toEqual({ name: '政务要闻', kind: 'news' }))
  it('stands below another one since a Beijing day', () =>
    expect(newColumn({ name: '乡镇动态', kind: 'news', parent_id: 'p', url: ' https://a.example/x ', created: '2026-11-01' }, now)).toEqual({
      name: '乡镇动态', kind: 'news', parent_id: 'p', url: 'https://a.example/x', created_at: Date.UTC(2026, 9, 31, 16),
    }))
})

describe('the columns of a site', () => {
  const line = (id: string, parent: string | null = null) => ({ id, parent_id: parent })
  const read = (...lines: { id: string; parent_id: string | null }[]) => asTree(lines).map(({ line: one, depth }) => `${depth}${one.id}`)

  it('stand below the one they belong to', () =>
    expect(read(line('b1', 'b'), line('a'), line('b'), line('b2', 'b'), line('b1x', 'b1'))).toEqual(['0a', '0b', '1b1', '2b1x', '1b2']))
  it('are all there when the one above is on no page yet', () => expect(read(line('x', 'elsewhere'), line('a'))).toEqual(['0x', '0a']))
  it('show a closed one as nothing good', () => expect(columnState('closed')).toEqual({ label: '已关闭', tone: 'plain' }))
})
