import { describe, expect, it } from 'vitest'
import { awaitsHand, isMoving, shownState, standingOf, type DeliveryFacts } from './sentences'

const now = Date.UTC(2026, 10, 22, 2, 0)
const minute = 60_000

function facts(change: Partial<DeliveryFacts> = {}): DeliveryFacts {
  return {
    state: 'scheduled',
    due_at: now,
    next_at: null,
    lease_until: null,
    intent_at: null,
    ended_at: null,
    published_at: null,
    attempts: 0,
    error_class: '',
    error_advice: '',
    ...change,
  }
}

describe('standingOf', () => {
  const cases: [string, Partial<DeliveryFacts>, { readers: string; tone: string; what: RegExp; next: RegExp }][] = [
    [
      'waits for its time',
      { due_at: now + 30 * minute },
      { readers: 'not_out', tone: 'wait', what: /还没有到发出时间/, next: /^2026-11-22 10:30 自动发出（剩 30 分钟）/ },
    ],
    ['is being prepared', {}, { readers: 'not_out', tone: 'moving', what: /上传图片/, next: /自动刷新/ }],
    [
      'will be tried again',
      { next_at: now + 5 * minute, error_advice: '平台繁忙。', attempts: 2 },
      { readers: 'not_out', tone: 'warn', what: /平台繁忙/, next: /10:05 自动重试（已尝试 2 次）/ },
    ],
    [
      'asked and got no answer',
      { state: 'prepared', intent_at: now - minute },
      { readers: 'maybe_out', tone: 'warn', what: /还没有得到答复/, next: /正在向平台查询.*不会再次发布/ },
    ],
    [
      'asked, got no answer and will ask what became of it',
      { state: 'prepared', intent_at: now - minute, next_at: now + 5 * minute, error_advice: '没有答复。' },
      { readers: 'maybe_out', tone: 'warn', what: /还没有得到答复/, next: /10:05 再向平台查询.*不会再次发布/ },
    ],
    [
      'taken by the platform',
      { state: 'submitted', next_at: now + minute },
      { readers: 'maybe_out', tone: 'moving', what: /平台已受理/, next: /10:01 再次查询/ },
    ],
    [
      'waits for a hand',
      { state: 'submitted' },
      { readers: 'not_out', tone: 'warn', what: /等待人工发布/, next: /登记网址/ },
    ],
    [
      'is public',
      { state: 'published', published_at: now, ended_at: now },
      { readers: 'out', tone: 'good', what: /10:00 已发布/, next: /时限已从发布时间重新计算/ },
    ],
    [
      'was refused for its text',
      { state: 'failed', error_class: 'content', error_advice: '标题过长。', ended_at: now },
      { readers: 'not_out', tone: 'bad', what: /标题过长/, next: /修改稿件并重新送审/ },
    ],
    [
      'must be finished by hand',
      { state: 'failed', error_class: 'by_hand', ended_at: now },
      { readers: 'not_out', tone: 'bad', what: /没有发出/, next: /平台后台/ },
    ],
    [
      'may be public',
      { state: 'unknown', error_advice: '请登录核对。', ended_at: now },
      { readers: 'maybe_out', tone: 'warn', what: /请登录核对/, next: /不会再次发布/ },
    ],
    ['is called off', { state: 'cancelled', ended_at: now }, { readers: 'not_out', tone: 'plain', what: /取消/, next: /不会发出/ }],
    ['was taken back', { state: 'retracted', ended_at: now }, { readers: 'withdrawn', tone: 'plain', what: /撤回/, next: /不需要/ }],
    ['is in a state nobody here knows', { state: 'dreaming' }, { readers: 'maybe_out', tone: 'warn', what: /不知道/, next: /不会再次发布/ }],
  ]

  it.each(cases)('%s', (_name, change, want) => {
    const got = standingOf(facts(change), now)
    expect(got.readers).toBe(want.readers)
    expect(got.tone).toBe(want.tone)
    expect(got.what).toMatch(want.what)
    expect(got.next).toMatch(want.next)
  })
})

describe('isMoving', () => {
  it('watches what is due and not ended', () => expect(isMoving(facts(), now)).toBe(true))
  it('starts a little before the time', () => expect(isMoving(facts({ due_at: now + 4000 }), now)).toBe(true))
  it('leaves alone what is due tomorrow', () => expect(isMoving(facts({ due_at: now + 1440 * minute }), now)).toBe(false))
  it('stops at the end', () => expect(isMoving(facts({ state: 'published', ended_at: now }), now)).toBe(false))
  it('stops where a person must act', () => expect(isMoving(facts({ state: 'submitted' }), now)).toBe(false))
  it('stops at what a person must settle', () => expect(isMoving(facts({ state: 'unknown' }), now)).toBe(false))
  it('watches what the platform is working on', () =>
    expect(isMoving(facts({ state: 'submitted', next_at: now + minute }), now)).toBe(true))
})

describe('awaitsHand', () => {
  it('is not so while a worker holds it', () =>
    expect(awaitsHand(facts({ state: 'submitted', lease_until: now + minute }))).toBe(false))
  it('has a word of its own', () => expect(shownState(facts({ state: 'submitted' })).label).toBe('待人工发布'))
  it('is no lost answer, which has its own too', () =>
    expect(shownState(facts({ state: 'prepared', intent_at: now })).label).toBe('正在核实'))
  it('differs from what the platform works on', () =>
    expect(shownState(facts({ state: 'submitted', next_at: now })).label).toBe('平台处理中'))
})
