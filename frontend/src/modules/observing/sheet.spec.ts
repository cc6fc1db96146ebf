import { describe, expect, it } from 'vitest'
import { mostShown, rowsToShow, sheetLine, shownOutcome } from './sheet'

const row = (number: number, outcome: string) =>
  ({ number, outcome, account_id: '', account_name: '甲', title: '标题', url: 'https://a.example', published_at: null, code: '', why: '' }) as Parameters<typeof rowsToShow>[0]['rows'][number]

describe('a sheet of posts', () => {
  it('shows what was refused first, the rest as the sheet has it', () =>
    expect(rowsToShow({ rows: [row(2, 'same'), row(3, 'create'), row(4, 'refuse'), row(5, 'create')] }).map((one) => one.number)).toEqual([4, 3, 5, 2]))
  it('shows no more than a page can bear', () =>
    expect(rowsToShow({ rows: Array.from({ length: mostShown + 5 }, (_, place) => row(place, 'create')) })).toHaveLength(mostShown))
  it('says what would be done, and what was', () => {
    const sheet = { create: 2, same: 1, refused: 3 }
    expect(sheetLine({ ...sheet, done: false })).toBe('可以导入 2 条，已有 1 条，不能导入 3 条')
    expect(sheetLine({ ...sheet, done: true })).toBe('已导入 2 条，已有 1 条，没有导入 3 条')
    expect([shownOutcome(row(1, 'create'), false).label, shownOutcome(row(1, 'create'), true).label]).toEqual(['导入', '已导入'])
  })
})
