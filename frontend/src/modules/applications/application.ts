import type { ApiProblem } from '@/api/problem'
import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { dayInstant } from '@/modules/accounts/form'
import type { Field } from '@/modules/accounts/record'
import { beijingTyped } from '@/utils/beijing'
import { formatDate } from '@/utils/time'
import { word, type Shown } from '@/utils/words'
import type { Application, Ending, EndingStep, Lack, Opening, StageForm, Step } from './queries'

export type Values = Record<string, string>

const tones: Record<string, Tone> = { draft: 'plain', running: 'moving', returned: 'warn', withdrawn: 'plain', refused: 'bad', done: 'good' }
const stepTones: Record<string, Tone> = { waiting: 'plain', open: 'wait', handed: 'moving', done: 'good', skipped: 'plain', refused: 'bad' }

export const applicationState = (state: string): Shown => ({ label: word(zh.applications.states, state), tone: tones[state] ?? 'plain' })
export const stepState = (state: string): Shown => ({ label: word(zh.applications.steps.states, state), tone: stepTones[state] ?? 'plain' })

export const processName = (process: string): string => word(zh.rulebooks.processes, process)
export const objectName = (object: string): string => word(zh.rulebooks.objects, object)

type Named = Pick<Application, 'process' | 'object' | 'title'>

/** What an application is called: 开设新媒体账号“某某发布”. */
export const sayApplication = (app: Named): string => {
  const process = processName(app.process)
  const object = objectName(app.object)
  // 变更域名 of a 域名 says its object already.
  return zh.applications.name(process, process.includes(object) ? '' : object, app.title)
}

/** Accounts, websites and sub-sites stand in the register; the rest has words of its own. */
export const isAccountObject = (object: string): boolean => ['new_media', 'website', 'subsite'].includes(object)

/** Which object of the rulebooks a kind of account is. */
export const objectOfKind = (kind: string): string => (kind === 'website' || kind === 'subsite' ? kind : 'new_media')

/** What the form of a running application is called, and what it says: of a website nothing about a platform. */
export const sayComplete = (app: Pick<Application, 'object'>): { title: string; text: string } => {
  const words = zh.applications.form
  return app.object === 'new_media' ? { title: words.complete, text: words.completeText } : { title: words.completeSite, text: words.completeSiteText }
}

export const opensAccount = (app: Pick<Application, 'process' | 'object'>): boolean => app.process === 'open' && isAccountObject(app.object)
export const changesAccount = (app: Pick<Application, 'process' | 'object'>): boolean =>
  isAccountObject(app.object) && (app.process === 'change' || app.process === 'change_domain')
export const endsAccount = (app: Pick<Application, 'process' | 'object'>): boolean =>
  isAccountObject(app.object) && ['shut', 'cancel', 'migrate'].includes(app.process)
export const goesOffline = (app: Pick<Application, 'process'>): boolean => app.process === 'temporary_offline' || app.process === 'emergency_offline'

/** Whether the unit may still write the whole of it; afterwards only what the approval does not decide. */
export const isInHand = (app: Pick<Application, 'state'>): boolean => app.state === 'draft' || app.state === 'returned'

/** Steps in their order; those of one number run side by side. */
export function stagesOf(steps: readonly Step[]): Step[][] {
  const stages: Step[][] = []
  for (const step of steps) {
    const last = stages.at(-1)
    if (last?.[0]?.seq === step.seq) last.push(step)
    else stages.push([step])
  }
  return stages
}

export const isCurrent = (step: Step): boolean => step.state === 'open' || step.state === 'handed'

/** The steps that the person may do now. */
export const stepsForMe = (app: Application): Step[] => app.steps.filter((step) => isCurrent(step) && step.allowed)

/** What stands against the next act, apart from hints and from what was let pass. */
export function sortLacks(lacks: readonly Lack[]): { missing: Lack[]; waived: Lack[]; hints: Lack[] } {
  return {
    missing: lacks.filter((lack) => lack.refuses && !lack.waived),
    waived: lacks.filter((lack) => lack.waived),
    hints: lacks.filter((lack) => !lack.refuses && !lack.waived),
  }
}

/** The objects with what may be applied for; those without anything are left to be told apart. */
export function byObject(openings: readonly Opening[]): { object: string; openings: Opening[] }[] {
  const objects = Object.keys(zh.rulebooks.objects)
  return objects.map((object) => ({ object, openings: openings.filter((one) => one.object === object) }))
}

/** One choice for each process of an object: the classes of website are chosen after it. */
export const onePerProcess = (openings: readonly Opening[]): Opening[] =>
  openings.filter((one, place) => openings.findIndex((other) => other.process === one.process && other.object === one.object) === place)

/** What the button of a step says. */
export function verbOf(app: Pick<Application, 'process'>, step: Pick<Step, 'action' | 'receipt'>): string {
  const words = zh.applications.act
  if (step.receipt) return words.receive
  if (step.action === 'execute') return words.execute[app.process] ?? words.do
  return words.verbs[step.action] ?? words.do
}

/** What the server said to somebody who did a step, and what they had typed. */
export interface StepRefusal {
  stepId: string
  problem: ApiProblem
  typed: string
}

export interface StageTyped {
  /** The role for which something is written down; empty: the person's own. */
  role: string
  /** A Beijing day or, of what is timed by the minute, a time; empty: now. */
  on: string
  number: string
  opinion: string
  signer: string
  files: string[]
  /** It does not apply here. */
  skip: boolean
}

export const emptyStage = (step: Pick<Step, 'paper' | 'doers'>): StageTyped => ({
  role: step.paper ? (step.doers[0] ?? '') : '', on: '', number: '', opinion: '', signer: '', files: [], skip: false,
})

/** When a step was done; null when what was typed is no time that has come, undefined for now. */
export function stageTime(typed: string, byMinute: boolean, now: number): number | null | undefined {
  if (typed === '' || (!byMinute && typed === formatDate(now))) return undefined
  const instant = byMinute ? beijingTyped(typed) : dayInstant(typed, now)
  return instant !== null && instant <= now ? instant : null
}

/** The call that a filled-in step makes. */
export function stageBody(version: number, stepId: string, typed: StageTyped, on: number | undefined): StageForm {
  return {
    version,
    step_id: stepId,
    ...(typed.role && { role: typed.role }),
    ...(on !== undefined && { on }),
    ...(typed.number.trim() && { number: typed.number.trim() }),
    ...(typed.opinion.trim() && { opinion: typed.opinion.trim() }),
    ...(typed.signer.trim() && { signer: typed.signer.trim() }),
    ...(typed.files.length > 0 && { attachments: typed.files }),
    ...(typed.skip && { skip: true }),
  }
}

/** A wanted text of the register as its control takes it: a choice by its value, the unit by its id. */
export function typedOf(field: Pick<Field, 'name' | 'choices'>, text: string, units: readonly { value: string; label: string }[]): string {
  if (field.name === 'unit') return units.find((unit) => unit.label.trim() === text)?.value ?? text
  return field.choices.find((choice) => choice.label === text)?.value ?? text
}

/** A typed value in the words of the register, for the line that tells what was there. */
export function saidOf(field: Pick<Field, 'name' | 'choices'>, value: string, units: readonly { value: string; label: string }[]): string {
  if (field.name === 'unit') return units.find((unit) => unit.value === value)?.label.trim() ?? value
  return field.choices.find((choice) => choice.value === value)?.label ?? value
}

/** The wanted fields that a saved form sends: what is new, and what was wanted before and is not any more. */
export function wantedToSend(start: Values, typed: Values): Values {
  return Object.fromEntries(Object.entries(typed).filter(([name, value]) => value.trim() !== (start[name] ?? '').trim()))
}

export interface EndingTyped {
  archived_on: string
  archived_to: string
  proof: string[]
  national_on: string
  national_number: string
  gone_to: string
}

export const endingTyped = (ending: Ending): EndingTyped => ({
  archived_on: formatDate(ending.archived_on),
  archived_to: ending.archived_to,
  proof: [...ending.proof],
  national_on: formatDate(ending.national_on),
  national_number: ending.national_number,
  gone_to: ending.gone_to,
})

/** What the filled-in end of an account sends; null where a day is none that has come. */
export function endingBody(typed: EndingTyped, now: number): Ending | null {
  const day = (text: string) => (text === '' ? null : dayInstant(text, now))
  const archived = day(typed.archived_on)
  const national = day(typed.national_on)
  if ((typed.archived_on && archived === null) || (typed.national_on && national === null)) return null
  return {
    archived_on: archived,
    archived_to: typed.archived_to.trim(),
    proof: typed.proof,
    national_on: national,
    national_number: typed.national_number.trim(),
    gone_to: typed.gone_to.trim(),
  }
}

const dayMs = 24 * 60 * 60_000

/** Whole days until a time, a begun one counted; 0 when it has come. */
export const daysLeft = (until: number, now: number): number => Math.max(0, Math.ceil((until - now) / dayMs))

/** Where somebody who closes an account stands: the first step that is not done, of those that are done one after the other. */
export const currentEnding = (steps: readonly EndingStep[]): string => steps.find((step) => !step.done && step.name !== 'updates')?.name ?? ''

/** The tabs of the list, and what each asks for. */
export const listViews = ['mine', 'open', 'all'] as const
export type ListView = (typeof listViews)[number]

export function askOf(view: ListView, filters: Values, cursor: string): Values {
  return {
    ...filters,
    view: '',
    cursor,
    mine: view === 'mine' ? 'true' : '',
    state: view === 'all' ? (filters.state ?? '') : 'open',
  }
}
