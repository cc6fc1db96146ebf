import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { beijingTyped } from '@/utils/beijing'
import { formatSpan } from '@/utils/time'
import { word, type Shown } from '@/utils/words'
import type { Matter, NewMatter, Preview, Startable } from './queries'

const tones: Record<string, Tone> = {
  open: 'moving',
  overdue: 'bad',
  waiting: 'wait',
  may_end: 'good',
  calendar_pending: 'wait',
  recorded: 'plain',
  on_time: 'good',
  late: 'warn',
  done: 'good',
  ended_early: 'warn',
  void: 'plain',
}

/** The word and tone of a standing, of a matter or of a period; the word is the server's. */
export function shownStanding(thing: { standing: string; label: string }): Shown {
  return { label: thing.label, tone: tones[thing.standing] ?? 'plain' }
}

/** A figure of a rulebook: `1 小时`, `20 个工作日`; empty where the rule gives none. */
export function sayFigure(figure: { n: number; unit: string } | undefined): string {
  return figure ? `${figure.n} ${word(zh.rulebooks.units, figure.unit)}` : ''
}

/** What the time of a rule is: `限 1 小时`, `须满 15 个工作日`, or that only times are recorded. */
export function sayLimit(rule: Pick<Startable, 'timing' | 'limit'>): string {
  if (rule.timing === 'record' || !rule.limit) return zh.duties.record
  return rule.timing === 'wait' ? zh.duties.waitLimit(sayFigure(rule.limit)) : zh.duties.limit(sayFigure(rule.limit))
}

/** When a matter is due, with its clause: `截止 2026-05-12 24:00（潼南 2022 第12条）`. */
export function sayDue(matter: Pick<Preview, 'timing' | 'due_text' | 'citation'>): string {
  const basis = zh.duties.basisOf(matter.citation)
  if (matter.timing === 'record') return zh.duties.record + basis
  if (!matter.due_text) return zh.duties.pending + basis
  return (matter.timing === 'wait' ? zh.duties.mayEndAt(matter.due_text) : zh.duties.dueAt(matter.due_text)) + basis
}

type Timed = Pick<Matter, 'state' | 'timing' | 'due_at' | 'standing' | 'over_ms'>

/** How far an open matter is from its time at a moment, or how a done one kept it; empty where there is none. */
export function sayCountdown(matter: Timed, now: number): string {
  if (matter.state === 'void' || matter.due_at === null) return ''
  if (matter.state === 'done') {
    if (matter.standing === 'late' && matter.over_ms !== null) return zh.duties.lateBy(formatSpan(matter.over_ms))
    return matter.standing === 'on_time' ? zh.duties.onTime : ''
  }
  const left = matter.due_at - now
  if (matter.timing === 'wait') return left > 0 ? zh.duties.waitLeft(formatSpan(left)) : zh.duties.waitOver
  return left > 0 ? zh.duties.left(formatSpan(left)) : zh.duties.over(formatSpan(left))
}

export interface RuleGroup {
  section: string
  label: string
  rules: { key: string; rule: Startable }[]
}

/** Names one rule among all rulebooks. */
export const ruleKey = (rule: Pick<Startable, 'rulebook' | 'section' | 'rule'>): string =>
  [rule.rulebook, rule.section, rule.rule].join(' ')

/** The rules by what they are about, in the order in which they came; the same subject of two rulebooks stands together. */
export function groupRules(rules: Startable[]): RuleGroup[] {
  const groups = new Map<string, RuleGroup>()
  for (const rule of rules) {
    const group = groups.get(rule.section) ?? { section: rule.section, label: word(zh.rulebooks.sections, rule.section), rules: [] }
    group.rules.push({ key: ruleKey(rule), rule })
    groups.set(rule.section, group)
  }
  return [...groups.values()]
}

/** What is typed of a new matter; times as the browser's fields give them, in Beijing time. */
export interface MatterForm {
  unit_id: string
  rule: string
  title: string
  event_at: string
  found_at: string
  account_id: string
  planned_until: string
  cause: string
  longer: boolean
  longer_reason: string
  parts: string
  note: string
  url: string
}

export const emptyMatter = (unitId: string): MatterForm => ({
  unit_id: unitId, rule: '', title: '', event_at: '', found_at: '', account_id: '', planned_until: '', cause: '',
  longer: false, longer_reason: '', parts: '', note: '', url: '',
})

export interface PreviewAsk {
  unit_id: string
  rulebook: string
  section: string
  rule: string
  event_at: number
  account_id?: string
  planned_until?: number
  cause?: string
  longer_reason?: string
}

/** Parts of a form that only some rules ask for; what a rule does not ask for is not sent. */
function ofRule(form: MatterForm, rule: Startable) {
  const planned = rule.needs_website && !form.cause ? beijingTyped(form.planned_until) : null
  return {
    ...(form.account_id && { account_id: form.account_id }),
    ...(planned !== null && { planned_until: planned }),
    ...(rule.needs_website && form.cause && { cause: form.cause }),
    ...(rule.longer && form.longer && form.longer_reason.trim() && { longer_reason: form.longer_reason.trim() }),
  }
}

/** What to ask for the due time; null until the rule and the time are there. */
export function previewOf(form: MatterForm, rule: Startable | undefined): PreviewAsk | null {
  const event = beijingTyped(form.event_at)
  if (!rule || event === null || (rule.needs_website && !form.account_id)) return null
  return { unit_id: form.unit_id, rulebook: rule.rulebook, section: rule.section, rule: rule.rule, event_at: event, ...ofRule(form, rule) }
}

/** What is sent to register a matter. Call it once every field has been checked. */
export function newMatter(form: MatterForm, rule: Startable): NewMatter {
  const found = beijingTyped(form.found_at)
  const parts = form.parts.split('\n').map((part) => part.trim()).filter(Boolean)
  return {
    unit_id: form.unit_id,
    rulebook: rule.rulebook,
    section: rule.section,
    rule: rule.rule,
    title: form.title.trim(),
    event_at: beijingTyped(form.event_at) ?? 0,
    ...ofRule(form, rule),
    ...(found !== null && { found_at: found }),
    ...(parts.length > 0 && { parts }),
    ...(form.note.trim() && { note: form.note.trim() }),
    ...(form.url.trim() && { url: form.url.trim() }),
  }
}

/** How finishing at an instant would be judged; empty where nothing is judged. */
export function sayFinish(matter: Pick<Matter, 'timing' | 'due_at' | 'due_text' | 'end_of_day'>, at: number): string {
  if (matter.timing === 'record' || matter.due_at === null) return ''
  const past = at - matter.due_at
  if (matter.timing === 'wait') return past < 0 ? zh.duties.finish.wait(matter.due_text) : ''
  // 24:00 is already the next day, while an hour is kept at its last instant.
  const late = matter.end_of_day ? past >= 0 : past > 0
  return late ? zh.duties.finish.willBeLate(formatSpan(past)) : zh.duties.finish.willBeOn
}

/** The sections under which something can begin by an event, for the filter of the list. */
export const matterSections = [
  'takedown', 'disclosure', 'interaction', 'public_opinion', 'public_notices', 'surveys', 'filings', 'handover',
  'temporary_offline', 'retention', 'self_inspections', 'naming',
] as const
