import { describe, expect, it, vi } from 'vitest'
import { asTree, columnState, emptyColumn, newColumn, shownFinding } from './columns'
import { findOn, type Finding, type FindingPage } from './queries'

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
  it('show a hidden one as one that waits', () => expect(columnState('hidden')).toEqual({ label: '未显示', tone: 'wait' }))
  it('show a closed one as nothing good', () => expect(columnState('closed')).toEqual({ label: '已关闭', tone: 'plain' }))
})

describe('the round of what is shown without content', () => {
  const finding: Finding = {
    column_id: 'c1', name: '政务要闻', account_id: 'a1', account_name: '某某网', unit_id: 'u1', unit_name: '某某镇', kind: 'blank', label: '空白栏目', title: '',
    citation: '昭通 2018 第13条（二）',
  }
  const page = (next: string, ...items: Finding[]): FindingPage => ({ items, next })

  it('goes on while a page has nothing on it', async () => {
    const ask = vi.fn().mockResolvedValueOnce(page('2')).mockResolvedValueOnce(page('3')).mockResolvedValueOnce(page('4', finding))
    expect(await findOn(ask, '1')).toEqual(page('4', finding))
    expect(ask.mock.calls).toEqual([['1'], ['2'], ['3']])
  })
  it('ends with the last page', async () => {
    const ask = vi.fn().mockResolvedValue(page(''))
    expect(await findOn(ask, '')).toEqual(page(''))
    expect(ask).toHaveBeenCalledTimes(1)
  })
  it('gives a register that is long and sound back to the person', async () => {
    const ask = vi.fn().mockResolvedValue(page('more'))
    expect((await findOn(ask, '')).next).toBe('more')
    expect(ask).toHaveBeenCalledTimes(10)
  })
  it('sets what is blank apart from what only stands in', () => {
    expect(shownFinding(finding)).toEqual({ label: '空白栏目', tone: 'bad' })
    expect(shownFinding({ ...finding, kind: 'placeholder', label: '占位说法' }).tone).toBe('warn')
  })
})
