import { describe, expect, it } from 'vitest'
import { compareBodies, compareFields, linesOf, otherCover, piecesOf, type Row, type Text } from './changes'

const picture = (alt: string) => `［图片：${alt}］`
const marks = { same: '', gone: '-', new: '+' } as const
const shown = (rows: Row[]) =>
  rows.map((row) => ('skipped' in row ? `…${row.skipped}` : row.pieces.map(({ kind, text }) => (kind === 'same' ? text : `[${marks[kind]}${text}]`)).join('')))
const compare = (before: string, after: string) => shown(compareBodies(before, after, picture))
const text: Text = { title: '停水通知', digest: '', byline: '区水务局', source: '', body: '', cover_id: 'a' }

describe('the lines of a body', () => {
  it('are what a reader sees, one for each paragraph, item, cell and picture', () => {
    const body = '<h2>一、时间</h2><p>周五<br>晚上</p><ul><li>甲</li><li><strong>乙</strong>丙</li></ul><table><tr><td>一</td><td>二</td></tr></table><figure><img src="/media/x" alt="现场"><figcaption>图注</figcaption></figure>尾'
    expect(linesOf(body, picture).map((line) => line.text)).toEqual(['一、时间', '周五', '晚上', '甲', '乙丙', '一', '二', '［图片：现场］', '图注', '尾'])
  })
  it('show where a link leads', () => {
    expect(linesOf('<p>详见<a href="https://a.example/1">公告</a>。<a href="https://b.example">https://b.example</a></p>', picture)[0]!.text).toBe('详见公告（https://a.example/1）。https://b.example')
  })
})

describe('the comparison', () => {
  it('keeps figures and words of letters whole', () => {
    expect(shown([{ pieces: piecesOf('11月15日用APP', '11月16日用APPs') }])).toEqual(['11月[-15][+16]日用[-APP][+APPs]'])
  })
  it('is empty for what reads the same', () => {
    expect(compare('<p>停水<strong>至周五</strong></p>', '<p>停水至周五</p>')).toEqual([])
  })
  it('marks what changed in a line', () => {
    expect(compare('<p>停水至周五晚八点。</p>', '<p>停水至周六晚八点。</p>')).toEqual(['停水至周[-五][+六]晚八点。'])
  })
  it('sets lines that share little one below the other', () => {
    expect(compare('<p>请各村注意防范强降雨</p>', '<p>联系电话见附件</p>')).toEqual(['[-请各村注意防范强降雨]', '[+联系电话见附件]'])
  })
  it('tells what was taken out and what was added', () => {
    expect(compare('<p>一</p><p>二</p>', '<p>一</p><p>二</p><p>三</p>')).toEqual(['一', '二', '[+三]'])
    expect(compare('<p>一</p><p>二</p>', '<p>二</p>')).toEqual(['[-一]', '二'])
  })
  it('counts what stands far from every change', () => {
    const paragraphs = (mark: string) => Array.from({ length: 12 }, (_, i) => `<p>第${i}段${i === 6 ? mark : ''}</p>`).join('')
    expect(compare(paragraphs('停水'), paragraphs('停电'))).toEqual(['…5', '第5段', '第6段停[-水][+电]', '第7段', '…4'])
  })
  it('sees another picture under the same words', () => {
    expect(compare('<p><img src="/media/a" alt="图"></p>', '<p><img src="/media/b" alt="图"></p>')).toEqual(['[-［图片：图］]', '[+［图片：图］]'])
  })
  it('names the fields that differ, and another cover', () => {
    expect(compareFields(text, { ...text, title: '停电通知', byline: '' }).map((one) => one.field)).toEqual(['title', 'byline'])
    expect(otherCover(text, { ...text, cover_id: 'b' })).toBe(true)
    expect(otherCover({ ...text, cover_id: '' }, { ...text, cover_id: null })).toBe(false)
  })
})
