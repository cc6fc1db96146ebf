import { describe, expect, it } from 'vitest'
import { beijingInstant } from '@/utils/time'
import type { Question, Source, WeiboView } from './queries'
import { answersOf, emptyAnswer, problemsOf, replyOf, sayStanding } from './questions'
import {
  couldNotRead, emptySource, expectsOf, formOf, isAwaited, kindsFor, lacks, newSource, notesOf, sayNext, shownSource, sourceName, sourceQuery, webUrl,
} from './sources'
import { authorisePage, sayExpiry, shownLevel, shownRoute, shownWeibo, worstFirst } from './weibo'

const at = beijingInstant(2026, 11, 22, 10)
const source: Source = {
  id: 's1', account_id: 'a1', account_name: '某某网', column_id: null, column_name: '', unit_id: 'u1', unit_name: '某某镇', platform: 'website', kind: 'column',
  url: 'https://a.example/xwzx/', host: 'a.example', expect: { site_code: '', column_name: '', selector: 'ul a', path: '' }, state: 'reading',
  due_at: at + 3_600_000, result: 'unchanged', sentence: '', warnings: [], failures: 0, failing_since: null, marked: false, read_at: at, ok_at: at,
  changed_at: null, moved_to: '', created_at: at - 1, updated_at: at - 1, version: 1, actions: [], events: [],
}

describe('a source', () => {
  it('that is read stands well, with or without something new', () => {
    expect(shownSource(source)).toEqual({ label: '正常', tone: 'good' })
    expect(shownSource({ ...source, result: 'updated' }).tone).toBe('good')
  })
  it.each(['unreadable', 'unreachable', 'gone'])('that is %s is a warning and never red', (result) => {
    expect(shownSource({ ...source, result })).toEqual({ label: '读不到', tone: 'warn' })
    expect(shownSource({ ...source, result, marked: true })).toEqual({ label: '读不到 · 未知', tone: 'warn' })
  })
  it('says that nobody reads it before it says what was read last', () => {
    expect(shownSource({ ...source, state: 'paused', result: 'unreachable' })).toEqual({ label: '暂停', tone: 'wait' })
    expect(shownSource({ ...source, state: 'gone', result: 'gone', marked: true }).label).toBe('已下线 · 未知')
  })
  it('is about to be read from the moment it is told to until it was', () => {
    const told = { ...source, due_at: at, updated_at: at }
    expect([isAwaited(told), sayNext(told)]).toEqual([true, '马上读取'])
    expect([isAwaited({ ...told, due_at: at + 1 }), sayNext(source)]).toEqual([false, '2026-11-22 11:00'])
    expect([isAwaited({ ...told, state: 'paused' }), sayNext({ ...told, state: 'paused', due_at: null })]).toEqual([false, '不读取'])
  })
  it('tells what went wrong, since when and what follows', () =>
    expect(notesOf({ ...source, sentence: '连接超时。', failures: 3, failing_since: at, marked: true, moved_to: 'https://b.example/', warnings: ['网页没有标注网站标识码。'] })).toEqual([
      '连接超时。', '连续 3 次没有读到，从 2026-11-22 10:00 起', '因此账号或栏目的更新情况记为“未知”，恢复读取后自动重新计算。',
      '对方网站声明已改用新网址：https://b.example/', '网页没有标注网站标识码。',
    ]))
  it('has nothing to tell when all is well', () => expect(notesOf(source)).toEqual([]))
  it('is called by its column, its address or its kind', () => {
    expect(sourceName({ ...source, column_name: '政务要闻' })).toBe('政务要闻')
    expect(sourceName(source)).toBe('https://a.example/xwzx/')
    expect(sourceName({ ...source, url: '', kind: 'platform' })).toBe('平台自己的列表')
  })
  it('never makes a link of what is no web address', () => expect([webUrl('javascript:alert(1)'), webUrl('HTTPS://a.example')]).toEqual(['', 'HTTPS://a.example']))
})

describe('the filter of sources', () => {
  it('asks for those to look at, or for one result', () => {
    expect(sourceQuery({ unit_id: '', show: '' })).toEqual({})
    expect(sourceQuery({ unit_id: 'u1', show: 'failing' })).toEqual({ unit_id: 'u1', failing: true })
    expect(sourceQuery({ unit_id: '', show: 'undated' })).toEqual({ result: 'undated' })
  })
})

describe('a new source', () => {
  it('of a website begins with a list page, of WeChat with its own list', () => expect([kindsFor('website')[0], kindsFor('wechat')[0], kindsFor('douyin')[0]]).toEqual(['column', 'platform', 'feed']))
  it('of the platform needs no address and sends none', () => {
    const form = { ...emptySource('weibo'), url: ' https://left.example ', column_id: 'c1' }
    expect(lacks(form)).toBe('')
    expect(newSource(form)).toEqual({ kind: 'platform', expect: { selector: '', path: '', site_code: '', column_name: '' } })
  })
  it('sends only the expectations of its kind', () => {
    const form = { ...formOf(source), url: ' https://a.example/map.xml ', column_id: 'c1', path: ' /xwzx/ ', site_code: '5001520001' }
    expect(newSource({ ...form, kind: 'sitemap' })).toEqual({
      kind: 'sitemap', url: 'https://a.example/map.xml', column_id: 'c1', expect: { selector: '', path: '/xwzx/', site_code: '5001520001', column_name: '' },
    })
    expect(newSource(form).expect).toEqual({ selector: 'ul a', path: '', site_code: '5001520001', column_name: '' })
    expect(expectsOf('feed')).toEqual([])
  })
  it.each(['', 'a.example', 'ftp://a.example'])('with the address “%s” is not tried', (url) => expect(lacks({ ...formOf(source), url })).toContain('请填写'))
  it('that could not be read may still be added', () => expect([couldNotRead({ result: 'unreachable' }), couldNotRead({ result: 'blank' })]).toEqual([true, false]))
})

const question: Question = {
  id: 'q1', account_id: 'a1', account_name: '某某网', answer: '', answered_at: null, answered_name: '', answers: ['shown', 'first_seen', 'at', 'drop'], column_id: null,
  column_name: '', counted_at: null, date_by: 'meta', delivery_id: null, doubt: '日期在将来。', first_seen_at: at, kind: 'future', post_id: null,
  reason: '', seen_after: null, shown: '2026-12-31', shown_at: at + 60_000, source_id: 's1', state: 'open', title: '标题', unit_id: 'u1', unit_name: '某某镇', url: '',
  version: 3,
}

describe('a doubtful date', () => {
  it('offers what the API offers, each with the time it means', () =>
    expect(answersOf(question).map(({ value, text }) => `${value} ${text}`)).toEqual([
      'shown 按 2026-11-22 10:01 计算。', 'first_seen 按 2026-11-22 10:00 计算。', 'at 填写您核实到的发布时间，并写明依据。', 'drop 不计入更新，并写明理由。',
    ]))
  it('offers nothing to who only reads', () => expect(answersOf({ ...question, answers: [] })).toEqual([]))
  it('asks for a choice, a time, and a reason', () => {
    expect(Object.keys(problemsOf(emptyAnswer()))).toEqual(['answer'])
    expect(Object.keys(problemsOf({ answer: 'at', at: '', reason: ' ' }))).toEqual(['at', 'reason'])
    expect(problemsOf({ answer: 'at', at: '2026-11-22T10:00', reason: '来源网站截图' })).toEqual({})
    expect(Object.keys(problemsOf({ answer: 'drop', at: '', reason: '' }))).toEqual(['reason'])
    expect(problemsOf({ answer: 'shown', at: '', reason: '' })).toEqual({})
  })
  it('is answered for the version that was seen, with a time only where one is asked for', () => {
    expect(replyOf(question, { answer: 'at', at: '2026-11-22T10:00', reason: ' 截图 ' })).toEqual({ id: 'q1', version: 3, answer: 'at', at, reason: '截图' })
    expect(replyOf(question, { answer: 'first_seen', at: '2026-11-22T10:00', reason: '' })).toEqual({ id: 'q1', version: 3, answer: 'first_seen' })
  })
  it('says what holds meanwhile and what was said', () => {
    expect(sayStanding(question)).toBe('核实前不计入更新')
    expect(sayStanding({ ...question, post_id: 'p1' })).toBe('核实前按首次看到的时间计算')
    expect(sayStanding({ ...question, state: 'answered', answer: 'drop' })).toBe('不计入更新')
    expect(sayStanding({ ...question, state: 'answered', answer: 'shown', counted_at: at })).toBe('标注的日期是对的，按 2026-11-22 10:00 计算')
  })
})

describe('an account at Weibo', () => {
  const binding: NonNullable<WeiboView['binding']> = {
    account_id: 'a1', app_key: 'k', authorised_at: at, checked_at: at, code: '', expires_at: at + 86_400_000, screen_name: '某某发布', state: 'ok', uid: '1',
    verified_reason: '', verified_type: 1,
  }
  const view = { app_key: 'k', authorised: true, binding, alarm: { level: '', sentence: '' } }

  it('stands well while nothing is known to be wrong', () => expect(shownWeibo(view)).toEqual({ label: '已授权', tone: 'good' }))
  it('warns before the end', () => expect(shownWeibo({ ...view, alarm: { level: '3', sentence: '微博授权将到期。' } })).toEqual({ label: '已授权', tone: 'warn' }))
  it('has ended when its time is over, whatever the last look said', () =>
    expect(shownWeibo({ ...view, alarm: { level: 'expired', sentence: '微博授权已过期。' } })).toEqual({ label: '已过期', tone: 'bad' }))
  it('is not known while Weibo could not be asked', () => expect(shownWeibo({ ...view, binding: { ...binding, state: 'unread' } })).toEqual({ label: '没有问到 · 未知', tone: 'warn' }))
  it('needs an app before it is authorised', () => {
    expect(shownWeibo({ ...view, app_key: '', authorised: false, binding: null }).label).toBe('没有绑定应用')
    expect(shownWeibo({ ...view, authorised: false, binding: null }).label).toBe('没有授权')
    expect(shownWeibo({ ...view, binding: null }).label).toBe('已授权，还没有检测')
  })
  it('says until when', () => {
    expect(sayExpiry(binding.expires_at, at)).toBe('2026-11-23 10:00（剩 1 天）')
    expect(sayExpiry(at, at)).toBe('2026-11-22 10:00（已到期）')
    expect(sayExpiry(0, at)).toBe('没有到期时间，请检测后再看')
  })
  it('sends nobody to what is no web page', () => expect([authorisePage('javascript:x'), authorisePage('https://api.example/authorize')]).toEqual(['', 'https://api.example/authorize']))
  it('tells a refused permission from one that was never asked', () => {
    const route = { route: 'share', known: true, granted: false, code: '10014', checked_at: at }
    expect([shownRoute(route).label, shownRoute({ ...route, known: false }).label, shownRoute({ ...route, granted: true }).label]).toEqual(['没有权限', '未检测', '可用'])
  })
})

describe('a probe of a platform', () => {
  const line = (name: string, level: string) => ({ name, level, label: name, code: '', sentence: '', expires_at: null })
  it('shows the worst first', () =>
    expect(worstFirst([line('token', 'ok'), line('publish', 'bad'), line('certification', 'unknown'), line('callback', 'warn'), line('mass', 'bad')]).map(({ name }) => name)).toEqual([
      'publish', 'mass', 'callback', 'certification', 'token',
    ]))
  it('never takes what was not said for well', () => expect(shownLevel('unknown').tone).toBe('plain'))
})
