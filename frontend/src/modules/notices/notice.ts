import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { formatDate, formatTime } from '@/utils/time'
import { word, type Shown } from '@/utils/words'
import type { NewNotice, Notice, NoticeLine, Place } from './queries'

const tones: Record<string, Tone> = { draft: 'plain', signed: 'wait', standing: 'good', ended: 'plain', withdrawn: 'plain' }

/** The word and tone of a notice's state; the word is the server's. */
export const noticeState = (notice: Pick<NoticeLine, 'state' | 'state_label'>): Shown => ({
  label: notice.state_label,
  tone: tones[notice.state] ?? 'plain',
})

/** The last whole day before an instant at which a day begins. */
export const lastDayBefore = (until: number): string => formatDate(until - 1)

type Timed = Pick<NoticeLine, 'state' | 'published_at' | 'from_at' | 'until_at' | 'pending' | 'last_on' | 'ended_at'>

/** From when to when a notice stands, or why nobody can say it yet. */
export function sayTerm(notice: Timed): string {
  const words = zh.notices
  if (notice.published_at === null) return words.notPublished
  const from = formatDate(notice.from_at ?? notice.published_at)
  if (notice.ended_at !== null) return words.span(from, formatDate(notice.ended_at))
  if (notice.from_at === null) return words.notCounting
  if (notice.last_on !== null) return words.span(from, formatDate(notice.last_on))
  if (notice.pending) return words.sincePending(from)
  return notice.until_at === null ? words.since(from) : words.atLeast(from, lastDayBefore(notice.until_at))
}

type Counted = Pick<Notice, 'state' | 'rule' | 'length' | 'from_at' | 'earliest_on' | 'earliest_wait'>

/** What the regulation asks of the time of a notice that still stands or is to stand, in one line; empty when it is over. */
export function sayEarliest(notice: Counted): string {
  const words = zh.notices
  if (notice.state === 'ended' || notice.state === 'withdrawn') return ''
  if (notice.rule === '') return words.noRule
  if (notice.length === '') return words.noLength
  if (notice.earliest_wait) return words.pending
  return notice.from_at === null ? words.earliest(notice.earliest_on) : words.earliestCounting(notice.earliest_on)
}

/** How much of its time is left, as the server counts it; empty before it counts. */
export const sayLeft = (notice: Pick<Notice, 'left'>): string => (notice.left ? zh.notices.left(notice.left) : '')

/** Why a standing notice cannot be taken down now; empty when it can, or when nobody asks. */
export function whyNotEnd(notice: Pick<Notice, 'state' | 'actions' | 'from_at' | 'earliest_on' | 'earliest_wait' | 'citation'>): string {
  const may = notice.actions.includes('end') || notice.actions.includes('end_early')
  // Whoever may not choose the last day has nothing to do with it at all.
  if (notice.state !== 'standing' || may || !notice.actions.includes('last_day')) return ''
  if (notice.from_at === null) return zh.notices.end.refusedPlaces
  return notice.earliest_wait ? zh.notices.end.refusedPending : zh.notices.end.refused(notice.earliest_on, notice.citation)
}

const blank = /＿{2,}/g

/** How many places of a text somebody must still fill in. */
export const blanksIn = (text: string): number => text.match(blank)?.length ?? 0

/** The paragraphs of a plain text, as the public page shows them. */
export const paragraphs = (body: string): string[] => body.split(/\n\s*\n/).map((one) => one.trim()).filter(Boolean)

/** Whether an address can be opened, as it was seen at the last look. */
export function reachability(place: Pick<Place, 'failing_since' | 'reached_at' | 'checked_at'>): Shown {
  const words = zh.notices.places
  if (place.failing_since !== null) return { label: words.failing(formatTime(place.failing_since)), tone: 'bad' }
  if (place.reached_at !== null) return { label: words.reached(formatTime(place.reached_at)), tone: 'good' }
  return { label: words.unseen, tone: 'wait' }
}

/** The places to choose from when one is added: those that are asked for and missing first, then any other. */
export function placeOptions(notice: Pick<Notice, 'wanted_places'>): { value: string; label: string }[] {
  const missing = notice.wanted_places.filter((place) => !place.there)
  const there = notice.wanted_places.filter((place) => place.there)
  return [...[...missing, ...there].map(({ place, name }) => ({ value: place, label: name })), { value: 'other', label: zh.notices.places.other }]
}

export interface HistoryStep {
  at: number
  text: string
}

/** What happened to a notice, in the order of time, as far as the notice itself knows it. */
export function historyOf(notice: Notice): HistoryStep[] {
  const words = zh.notices.history
  const steps: HistoryStep[] = [{ at: notice.created_at, text: words.drafted }]
  if (notice.signed_at !== null) steps.push({ at: notice.signed_at, text: words.signed(notice.signed_name) })
  if (notice.published_at !== null) steps.push({ at: notice.published_at, text: words.published })
  for (const place of notice.places) steps.push({ at: place.published_at, text: words.place(place.name) })
  if (notice.from_at !== null && notice.wanted_places.length > 0) steps.push({ at: notice.from_at, text: words.counting })
  if (notice.ended_at !== null) steps.push({ at: notice.ended_at, text: sayEnd(notice) })
  // Stable: of two things at one instant the one that comes first above comes first here.
  return steps.sort((a, b) => a.at - b.at)
}

function sayEnd(notice: Pick<Notice, 'state' | 'end_reason'>): string {
  const words = zh.notices.history
  if (notice.state === 'withdrawn') return words.withdrawn(notice.end_reason)
  return notice.end_reason ? words.endedFor(notice.end_reason) : words.ended
}

/** Who signed a notice, in which role and when; empty while nobody has. */
export const saySignature = (notice: Pick<Notice, 'signed_at' | 'signed_name' | 'signed_role'>): string =>
  notice.signed_at === null ? '' : zh.notices.page.signed(notice.signed_name, word(zh.notices.roles, notice.signed_role), formatTime(notice.signed_at))

/** What is typed of a notice that stands for itself. */
export interface AloneForm {
  unit_id: string
  account_id: string
  process: string
  object: string
  reason: string
  new_name: string
  gone_to: string
  typed: boolean
  title: string
  body: string
}

export const emptyAlone = (unitId: string): AloneForm => ({
  unit_id: unitId, account_id: '', process: '', object: '', reason: '', new_name: '', gone_to: '', typed: false, title: '', body: '',
})

/** The call that a filled-in form makes: with a text of one's own nothing is drafted, without one nothing of it is sent. */
export function aloneNotice(form: AloneForm): NewNotice {
  const said = (names: readonly (keyof AloneForm)[]) =>
    Object.fromEntries(names.map((name) => [name, String(form[name]).trim()]).filter(([, value]) => value))
  const facts = form.typed ? said(['title', 'body']) : said(['reason', 'new_name', 'gone_to'])
  return { ...said(['unit_id', 'account_id', 'process', 'object']), ...facts }
}
