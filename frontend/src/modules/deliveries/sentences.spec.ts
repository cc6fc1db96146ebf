import { describe, expect, it } from 'vitest'
import { awaitsHand, isMoving, isTakenDown, shownState, standingOf, type Advice, type DeliveryFacts } from './sentences'

const now = Date.UTC(2026, 10, 22, 2, 0)
const minute = 60_000

function facts(change: Partial<DeliveryFacts> = {}, advice: Partial<Advice> = {}): DeliveryFacts {
  return {
    action: 'publish',
    state: 'scheduled',
    due_at: now,
    next_at: null,
    lease_until: null,
    intent_at: null,
    ended_at: null,
    barred_at: null,
    error_code: '',
    advice: { happened: '正在发布。', readers: '未发出', next: '系统马上处理。', next_at: null, button: '', ...advice },
    ...change,
  }
}

describe('standingOf', () => {
  it('says what the server says, and what it means for readers', () => {
    const got = standingOf(facts({}, { happened: '平台繁忙。', readers: '可能已发出', next: '系统会自动再试。', next_at: now + 5 * minute }), now)
    expect(got.what).toBe('平台繁忙。')
    expect(got.readers).toBe('可能已发出，读者可能看得到')
    expect(got.next).toBe('系统会自动再试。')
    expect(got.when).toBe('时间：2026-11-22 10:05（剩 5 分钟）')
  })
  it('names no time that has passed', () => expect(standingOf(facts({}, { next_at: now }), now).when).toBe(''))
  it('says that nothing is to be done where nothing follows', () =>
    expect(standingOf(facts({ state: 'published', ended_at: now }, { next: '' }), now).next).toBe('不需要处理。'))
  it('keeps a word of the server that it does not know', () => expect(standingOf(facts({}, { readers: '未定' }), now).readers).toBe('未定'))

  const tones: [string, Partial<DeliveryFacts>, string][] = [
    ['waits for its time', { due_at: now + minute }, 'wait'],
    ['is at it', {}, 'moving'],
    ['had trouble and goes on', { error_code: 'busy', next_at: now + minute }, 'warn'],
    ['asked and got no answer', { state: 'prepared', intent_at: now }, 'warn'],
    ['waits for a hand', { state: 'submitted' }, 'warn'],
    ['is public', { state: 'published', ended_at: now }, 'good'],
    ['is public and to be gone', { state: 'published', ended_at: now, barred_at: now }, 'warn'],
    ['failed', { state: 'failed', ended_at: now }, 'bad'],
    ['may be public', { state: 'unknown', ended_at: now }, 'warn'],
    ['was held back', { state: 'held' }, 'warn'],
    ['takes down, by hand', { action: 'retract', state: 'submitted' }, 'warn'],
    ['took down', { action: 'retract', state: 'retracted', ended_at: now }, 'good'],
  ]
  it.each(tones)('%s', (_name, change, tone) => expect(standingOf(facts(change), now).tone).toBe(tone))
})

describe('shownState', () => {
  const words: [Partial<DeliveryFacts>, string][] = [
    [{ state: 'held' }, '停机待决'],
    [{ state: 'submitted' }, '待人工发布'],
    [{ state: 'prepared', intent_at: now }, '正在核实'],
    [{ state: 'submitted', next_at: now }, '平台处理中'],
    [{ state: 'published', barred_at: now }, '正在撤下'],
    [{ action: 'retract', state: 'scheduled', intent_at: now }, '正在撤下'],
    [{ action: 'retract', state: 'submitted' }, '由人撤下'],
    [{ action: 'retract', state: 'retracted' }, '已撤下'],
    [{ action: 'update', state: 'submitted' }, '由人更正'],
    [{ action: 'update', state: 'published' }, '已更正'],
    [{ action: 'update', state: 'failed' }, '未更正'],
    [{ action: 'update', state: 'cancelled' }, '已取消更正'],
  ]
  it.each(words)('%o is %s', (change, label) => expect(shownState(facts(change)).label).toBe(label))
})

describe('isMoving', () => {
  it('watches what is due and not ended', () => expect(isMoving(facts(), now)).toBe(true))
  it('starts a little before the time', () => expect(isMoving(facts({ due_at: now + 4000 }), now)).toBe(true))
  it('leaves alone what is due tomorrow', () => expect(isMoving(facts({ due_at: now + 1440 * minute }), now)).toBe(false))
  it('stops at the end', () => expect(isMoving(facts({ state: 'published', ended_at: now }), now)).toBe(false))
  it('stops where a person must act', () => expect(isMoving(facts({ state: 'submitted' }), now)).toBe(false))
  it('stops at what a person must settle', () => expect(isMoving(facts({ state: 'unknown' }), now)).toBe(false))
  it('stops at what a person must decide', () => expect(isMoving(facts({ state: 'held' }), now)).toBe(false))
  it('watches what the platform is working on', () =>
    expect(isMoving(facts({ state: 'submitted', next_at: now + minute }), now)).toBe(true))
})

describe('who acts', () => {
  it('is no hand while a worker holds it', () =>
    expect(awaitsHand(facts({ state: 'submitted', lease_until: now + minute }))).toBe(false))
  it('is another delivery where a public post is taken down', () => {
    expect(isTakenDown(facts({ state: 'published', barred_at: now }))).toBe(true)
    expect(isTakenDown(facts({ state: 'retracted', barred_at: now }))).toBe(false)
  })
})
