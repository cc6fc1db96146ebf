import { describe, expect, it } from 'vitest'
import type { Field } from '@/modules/accounts/record'
import {
  askOf, currentEnding, daysLeft, emptyStage, endingBody, endingTyped, sayApplication, sortLacks, stageBody, stagesOf, stageTime, stepsForMe, typedOf, verbOf,
} from './application'
import { classesOf, emptyChoice, missingChoices, newApplication, openingOf } from './create'
import { draftValues, saveBody } from './draft'
import type { Application, EndingStep, Lack, Opening, Step } from './queries'

const beijing = (year: number, month: number, date: number, hours = 0, minutes = 0) => Date.UTC(year, month - 1, date, hours - 8, minutes)
const now = beijing(2026, 11, 22, 15)

const step = (change: Partial<Step> = {}): Step =>
  ({ id: 'a', seq: 1, state: 'open', action: 'consent', allowed: true, paper: false, receipt: false, doers: ['unit_head'], ...change }) as Step
const application = (change: Partial<Application> = {}): Application =>
  ({
    id: 'app', process: 'change', object: 'new_media', title: '某某发布', state: 'draft', version: 3, wanted: {}, reason: '', cause: '', off_from: null, off_until: null,
    attachments: [], steps: [], ...change,
  }) as Application
const opening = (change: Partial<Opening> = {}): Opening => ({ process: 'open', object: 'new_media', website_class: '', stages: [], ...change }) as Opening
const field = (change: Partial<Field> = {}): Field => ({ name: 'name', label: '账号名称', kind: 'text', choices: [], objects: [], fixed: false, ...change }) as Field

describe('what an application is called', () => {
  it('says process, object and name', () => expect(sayApplication(application())).toBe('变更新媒体账号“某某发布”'))
  it('says an object once', () => expect(sayApplication(application({ process: 'change_column', object: 'column', title: '' }))).toBe('增减栏目'))
})

describe('the chain', () => {
  it('puts what runs side by side together', () => {
    const stages = stagesOf([step(), step({ id: 'b', seq: 2 }), step({ id: 'c', seq: 2 }), step({ id: 'd', seq: 3 })])
    expect(stages.map((stage) => stage.map((one) => one.id))).toEqual([['a'], ['b', 'c'], ['d']])
  })
  it('gives a person only what is open and theirs', () => {
    const steps = [step({ state: 'done' }), step({ id: 'b' }), step({ id: 'c', allowed: false }), step({ id: 'd', state: 'handed' }), step({ id: 'e', state: 'waiting' })]
    expect(stepsForMe(application({ steps })).map((one) => one.id)).toEqual(['b', 'd'])
  })
  it('names the act by what it does', () => {
    expect(verbOf({ process: 'open' }, { action: 'execute', receipt: false })).toBe('启用')
    expect(verbOf({ process: 'shut' }, { action: 'execute', receipt: false })).toBe('登记已关停')
    expect(verbOf({ process: 'open' }, { action: 'file', receipt: true })).toBe('登记收到')
  })
})

describe('a step that is done', () => {
  it('is now when nothing is typed, or today', () => {
    expect(stageTime('', false, now)).toBeUndefined()
    expect(stageTime('2026-11-22', false, now)).toBeUndefined()
  })
  it('is never in the future, and no nonsense', () => {
    expect(stageTime('2026-11-23', false, now)).toBeNull()
    expect(stageTime('2026-11-22T15:01', true, now)).toBeNull()
    expect(stageTime('soon', true, now)).toBeNull()
  })
  it('is the Beijing day, or minute, that was typed', () => {
    expect(stageTime('2026-11-20', false, now)).toBe(beijing(2026, 11, 20))
    expect(stageTime('2026-11-22T14:30', true, now)).toBe(beijing(2026, 11, 22, 14, 30))
  })
  it('tells a role only of what was done on paper', () => {
    expect(emptyStage(step()).role).toBe('')
    expect(emptyStage(step({ paper: true })).role).toBe('unit_head')
    expect(stageBody(3, 'a', { ...emptyStage(step()), opinion: ' 同意 ' }, undefined)).toEqual({ version: 3, step_id: 'a', opinion: '同意' })
  })
})

describe('what is missing', () => {
  it('stands apart from hints and from what was let pass', () => {
    const lack = (refuses: boolean, waived: boolean) => ({ refuses, waived }) as Lack
    const { missing, waived, hints } = sortLacks([lack(true, false), lack(true, true), lack(false, false)])
    expect([missing.length, waived.length, hints.length]).toEqual([1, 1, 1])
  })
})

describe('what may be chosen', () => {
  const sites = [opening({ object: 'website', website_class: 'portal' }), opening({ object: 'website', website_class: 'department' })]
  it('asks for the class of a new website where chains differ by it', () => {
    const choice = { ...emptyChoice('unit'), object: 'website', process: 'open' }
    expect(classesOf(sites, choice)).toEqual(['portal', 'department'])
    expect(openingOf(sites, choice)).toBeUndefined()
    expect(missingChoices(choice, classesOf(sites, choice))).toEqual(['website_class'])
    expect(openingOf(sites, { ...choice, website_class: 'department' })).toBe(sites[1])
  })
  it('asks which account, column or registration', () => {
    const missing = (object: string, process: string, change = {}) => missingChoices({ ...emptyChoice('unit'), object, process, ...change }, [])
    expect(missing('', '')).toEqual(['process'])
    expect(missing('new_media', 'open')).toEqual([])
    expect(missing('new_media', 'shut')).toEqual(['account_id'])
    expect(missing('column', 'change_column', { account_id: 'site', column_act: 'remove' })).toEqual(['column_id'])
    expect(missing('mailbox', 'cancel')).toEqual(['registration_id'])
  })
  const found = { platform: 'douyin', kind: 'douyin', name: '', external_id: 'x1', original_id: '', home_url: 'https://a.example/u', domain: '' }
  it('takes over what was recognised', () => {
    const body = newApplication({ ...emptyChoice('unit'), object: 'new_media', process: 'open' }, found)
    expect(body.wanted).toEqual({ platform: 'douyin', kind: 'douyin', external_id: 'x1', home_url: 'https://a.example/u' })
  })
  it('takes nothing of another platform over into a website', () => {
    const body = newApplication({ ...emptyChoice('unit'), object: 'website', process: 'open' }, found)
    expect(body.wanted).toEqual({ platform: 'website', kind: 'website' })
  })
})

describe('the form', () => {
  const fields = [field(), field({ name: 'unit' }), field({ name: 'kind', kind: 'choice', choices: [{ value: 'weibo', label: '微博' }] })]
  const units = [{ value: 'u1', label: '　某局' }]
  it('reads wanted texts as their controls take them', () => {
    expect(typedOf(fields[1]!, '某局', units)).toBe('u1')
    expect(typedOf(fields[2]!, '微博', units)).toBe('weibo')
  })
  it('sends only what was changed, and at once what was emptied', () => {
    const app = application({ wanted: { name: '新名称' }, reason: '合并' })
    const start = draftValues(app, fields, null, units)
    expect(saveBody(app, start, start).body).toEqual({ version: 3 })
    expect(saveBody(app, start, { ...start, name: '', reason: '机构改革' }).body).toEqual({ version: 3, wanted: { name: '' }, reason: '机构改革' })
  })
  it('refuses a time that is none, before the server is asked', () => {
    const app = application({ process: 'temporary_offline', object: 'website' })
    const start = draftValues(app, fields, null, units)
    expect(Object.keys(saveBody(app, start, { ...start, off_from: '2026' }).errors)).toEqual(['off_from'])
    expect(saveBody(app, start, { ...start, off_from: '2026-11-23T08:00' }).body.off_from).toBe(beijing(2026, 11, 23, 8))
  })
  it('sends of a running one the fields alone', () => {
    const app = application({ process: 'open', state: 'running' })
    const start = draftValues(app, fields, null, units)
    expect(saveBody(app, start, { ...start, name: 'x', reason: 'y' }).body).toEqual({ version: 3, wanted: { name: 'x' } })
  })
})

describe('the end of an account', () => {
  const ending = { archived_on: null, archived_to: '', proof: [], national_on: null, national_number: '', gone_to: '' }
  it('keeps what was told and refuses a day to come', () => {
    expect(endingBody({ ...endingTyped(ending), archived_on: '2026-11-20', gone_to: ' 某某发布 ' }, now)).toEqual({ ...ending, archived_on: beijing(2026, 11, 20), gone_to: '某某发布' })
    expect(endingBody({ ...endingTyped(ending), national_on: '2026-12-01' }, now)).toBeNull()
  })
  it('counts the days of the notice that are left, and none when it is over', () => {
    expect(daysLeft(now + 36 * 3_600_000, now)).toBe(2)
    expect(daysLeft(now - 1, now)).toBe(0)
  })
  it('is at the first step that is not done; updates go on beside all of them', () => {
    const way = (...steps: [string, boolean][]) => steps.map(([name, done]) => ({ name, done, text: '', note: '', until: null })) as EndingStep[]
    expect(currentEnding(way(['decision', true], ['updates', false], ['archive', false]))).toBe('archive')
  })
})

describe('the tabs of the list', () => {
  const filters = { unit_id: 'u', state: 'done' }
  it('ask for what waits for me, what is open, or everything', () => {
    expect(askOf('mine', filters, '')).toMatchObject({ mine: 'true', state: 'open', unit_id: 'u' })
    expect(askOf('open', filters, '')).toMatchObject({ mine: '', state: 'open' })
    expect(askOf('all', filters, 'c')).toMatchObject({ mine: '', state: 'done', cursor: 'c' })
  })
})
