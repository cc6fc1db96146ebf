import { zh } from '@/locales/zh-CN'
import { formatTime } from '@/utils/time'
import { word, type Shown } from '@/utils/words'
import type { NewSource, Probed, Source } from './queries'

/** What narrows the list of sources, as it stands in the address. */
export interface SourceFilter {
  unit_id: string
  /** A result of reading, or `failing`: those that a person should look at. */
  show: string
}

/** The filter by the names of the API. */
export function sourceQuery(filter: SourceFilter) {
  return {
    ...(filter.unit_id && { unit_id: filter.unit_id }),
    ...(filter.show === 'failing' ? { failing: true } : filter.show && { result: filter.show as 'updated' }),
  }
}

const unread = new Set(['unreadable', 'unreachable', 'gone'])

/** The word and tone in which a source stands. What cannot be read is no fault of the account: it never stands red. */
export function shownSource(source: Pick<Source, 'state' | 'result' | 'marked'>): Shown {
  const words = zh.observing.states
  if (source.state === 'paused') return { label: words.paused, tone: 'wait' }
  if (source.state === 'gone') return { label: source.marked ? words.goneUnknown : words.gone, tone: 'warn' }
  if (unread.has(source.result)) return { label: source.marked ? words.unknown : words.unread, tone: 'warn' }
  if (source.result === 'undated') return { label: words.undated, tone: 'warn' }
  if (source.result === 'blank') return { label: words.blank, tone: 'warn' }
  return source.result === '' ? { label: words.waiting, tone: 'moving' } : { label: words.normal, tone: 'good' }
}

export const shownResult = (result: string): Shown => ({
  label: word(zh.observing.results, result),
  tone: unread.has(result) || result === 'undated' || result === 'blank' ? 'warn' : 'good',
})

/** True while a source was told to be read at once and has not been: its turn is not later than the telling. */
export const isAwaited = (source: Pick<Source, 'state' | 'due_at' | 'updated_at'>): boolean =>
  source.state === 'reading' && source.due_at !== null && source.due_at <= source.updated_at

/** When a source is read next. */
export function sayNext(source: Pick<Source, 'state' | 'due_at' | 'updated_at'>): string {
  if (source.state !== 'reading' || source.due_at === null) return zh.observing.notRead
  return isAwaited(source) ? zh.observing.soon : formatTime(source.due_at)
}

/** What a source is called: its column, its address, or the platform's list. */
export const sourceName = (source: Pick<Source, 'column_name' | 'url' | 'kind'>): string =>
  source.column_name || source.url || word(zh.observing.kinds, source.kind)

/** An address that may be a link; empty for anything else. */
export const webUrl = (url: string): string => (/^https?:\/\//i.test(url) ? url : '')

/** What is to be known of a source beside its state, in the order of weight: what went wrong, since when, what is odd. */
export function notesOf(source: Source): string[] {
  const words = zh.observing
  return [
    source.sentence,
    source.failures > 0 && source.failing_since !== null ? words.failures(source.failures, formatTime(source.failing_since)) : '',
    source.marked ? words.markedText : '',
    source.moved_to ? words.movedTo(source.moved_to) : '',
    ...source.warnings,
  ].filter((note) => note !== '')
}

export interface SourceForm {
  kind: NewSource['kind']
  url: string
  /** Of a website; empty for the whole account. */
  column_id: string
  selector: string
  path: string
  site_code: string
  column_name: string
}

/** How an account of a platform can be read from outside, the usual way first. */
export function kindsFor(platform: string): NewSource['kind'][] {
  if (platform === 'website') return ['column', 'feed', 'sitemap']
  return platform === 'wechat' || platform === 'weibo' ? ['platform', 'feed', 'column'] : ['feed', 'column', 'sitemap']
}

export const emptySource = (platform: string): SourceForm => ({
  kind: kindsFor(platform)[0] ?? 'feed', url: '', column_id: '', selector: '', path: '', site_code: '', column_name: '',
})

export const formOf = (source: Source): SourceForm => ({
  kind: source.kind as SourceForm['kind'], url: source.url, column_id: source.column_id ?? '', selector: source.expect.selector, path: source.expect.path,
  site_code: source.expect.site_code, column_name: source.expect.column_name,
})

/** Which expectations a kind of source can have; the others are not asked for and not sent. */
export const expectsOf = (kind: string): ('selector' | 'path' | 'site_code' | 'column_name')[] =>
  kind === 'column' ? ['selector', 'site_code', 'column_name'] : kind === 'sitemap' ? ['path', 'site_code', 'column_name'] : []

/** The call that a filled-in form makes. The platform's own list has no address and is of the whole account. */
export function newSource(form: SourceForm): NewSource {
  const asked = new Set<string>(expectsOf(form.kind))
  const expect = (name: 'selector' | 'path' | 'site_code' | 'column_name') => (asked.has(name) ? form[name].trim() : '')
  const platform = form.kind === 'platform'
  return {
    kind: form.kind,
    ...(!platform && { url: form.url.trim() }),
    ...(!platform && form.column_id && { column_id: form.column_id }),
    expect: { selector: expect('selector'), path: expect('path'), site_code: expect('site_code'), column_name: expect('column_name') },
  }
}

/** What is missing before a place can be read; empty when nothing is. */
export const lacks = (form: SourceForm): string => (form.kind !== 'platform' && webUrl(form.url.trim()) === '' ? zh.observing.form.urlRequired : '')

/** True when a probe failed: the source can still be added, and is tried again later. */
export const couldNotRead = (probed: Pick<Probed, 'result'>): boolean => unread.has(probed.result)
