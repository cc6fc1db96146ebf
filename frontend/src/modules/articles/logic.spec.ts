import { describe, expect, it } from 'vitest'
import { blockers, titleCounters } from './counters'
import { foreignPictures, replacePicture } from './foreign'
import { formOf, lengthOf, returnOf, standingSignatures } from './form'
import { articleKeys, listQuery, type Article, type ChannelPreview } from './queries'
import { beijingTyped } from '@/utils/beijing'
import { tomorrowMorning } from './schedule'

describe('formOf', () => {
  it('takes the fields of the article and turns what is missing into the empty value of the form', () => {
    const article = {
      unit_id: 'u', title: 't', digest: 'd', byline: 'b', source: 's', body: '<p>x</p>', cover_id: null, account_ids: [],
    } as unknown as Article
    expect(formOf(article)).toEqual({
      unit_id: 'u', title: 't', digest: 'd', byline: 'b', source: 's', body: '<p>x</p>', cover_id: '', account_ids: [],
    })
  })
})

describe('standingSignatures', () => {
  it('counts what an edit would void', () => {
    const signature = { decision: 'signed', voided_at: null, revision_id: 'r2' }
    const article = {
      revision_id: 'r2',
      signatures: [
        signature,
        { ...signature, voided_at: 5 },
        { ...signature, revision_id: 'r1' },
        { ...signature, decision: 'returned' },
      ],
    } as unknown as Article
    expect(standingSignatures(article)).toBe(1)
  })
})

describe('returnOf', () => {
  const signatures = [
    { decision: 'returned', signed_at: 5, opinion: '标题需修改' },
    { decision: 'returned', signed_at: 9, opinion: '数据来源需补充' },
    { decision: 'signed', signed_at: 12, opinion: '' },
  ]
  it('is the latest return of an article that lies with its author', () => {
    const article = { state: 'returned', signatures } as unknown as Article
    expect(returnOf(article)?.opinion).toBe('数据来源需补充')
  })
  it('is nothing once the article has been submitted again', () =>
    expect(returnOf({ state: 'signing', signatures } as unknown as Article)).toBeUndefined())
})

describe('listQuery', () => {
  it('leaves out what narrows nothing', () => expect(listQuery({ state: '', q: '通知', mine: '' })).toEqual({ q: '通知' }))
  it('asks for own articles with a truth value', () => expect(listQuery({ mine: '1' })).toEqual({ mine: true }))
  it('stands under a key of its own', () =>
    expect(articleKeys.list({ q: '通知' })).not.toEqual(articleKeys.list({ q: '公告' })))
})

describe('pictures of other sites', () => {
  const html = '<p><img src="https://a.example/1.jpg"><img src="/media/0000000000000001"></p><img src="https://a.example/1.jpg">'
  it('are named once each', () => expect(foreignPictures(html)).toEqual(['https://a.example/1.jpg']))
  it('are replaced wherever they stand', () => {
    const replaced = replacePicture(html, 'https://a.example/1.jpg', { id: '0000000000000002', url: '/media/0000000000000002' })
    expect(foreignPictures(replaced)).toEqual([])
    expect(replaced.match(/\/media\/0000000000000002/g)).toHaveLength(2)
    expect(replaced).toContain('/media/0000000000000001')
  })
})

describe('counters', () => {
  const previews = [
    {
      account_name: '潼南发布',
      sentence: '',
      preview: {
        limits: [
          { field: 'title', max: 4, ok: false, sentence: '标题太长。' },
          { field: 'cover', max: 1, ok: true, sentence: '' },
        ],
      },
    },
    { account_name: '潼南微博', sentence: '账号不在用。', preview: null },
  ] as unknown as ChannelPreview[]

  it('counts an emoji as one character', () => expect(lengthOf('通知😀')).toBe(3))
  it('measures the typed title by the limit of each account', () =>
    expect(titleCounters('关于放假', previews)).toEqual([{ account: '潼南发布', used: 4, max: 4 }]))
  it('names what stands against submitting', () =>
    expect(blockers(previews)).toEqual(['“潼南发布”：标题太长。', '“潼南微博”：账号不在用。']))
})

describe('times of a schedule', () => {
  it('means 10:30 of the next Beijing day, also late at night', () => {
    // 23:50 of 22 November in Beijing
    expect(tomorrowMorning(Date.UTC(2026, 10, 22, 15, 50))).toBe(Date.UTC(2026, 10, 23, 2, 30))
    // 00:10 of 23 November in Beijing, still the 22nd in Greenwich
    expect(tomorrowMorning(Date.UTC(2026, 10, 22, 16, 10))).toBe(Date.UTC(2026, 10, 24, 2, 30))
  })
  it('reads what is typed as Beijing time', () =>
    expect(beijingTyped('2026-12-31T18:05')).toBe(Date.UTC(2026, 11, 31, 10, 5)))
  it('refuses what is no time', () => expect(beijingTyped('明天')).toBeNull())
})
