import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { formatRemaining, formatTime } from '@/utils/time'
import { deliveryState, type Shown, word } from '@/utils/words'

/** What the server says of a delivery: what happened, what readers see, what the program does next. */
export interface Advice {
  happened: string
  readers: string
  next: string
  next_at: number | null
  button: string
}

/** What the state of a delivery is read from; every delivery the API answers has it. */
export interface DeliveryFacts {
  action: string
  state: string
  due_at: number
  next_at: number | null
  lease_until: number | null
  intent_at: number | null
  ended_at: number | null
  barred_at: number | null
  error_code: string
  advice: Advice
}

/** How a delivery stands, for somebody who knows nothing of platforms. */
export interface Standing {
  what: string
  /** What it means for readers. */
  readers: string
  next: string
  /** When the program goes on by itself; empty when it does not, or is at it. */
  when: string
  tone: Tone
}

/** A person must act at the platform: it is not asked by the program. */
export function awaitsHand(delivery: Pick<DeliveryFacts, 'state' | 'next_at' | 'lease_until'>): boolean {
  return delivery.state === 'submitted' && delivery.next_at === null && delivery.lease_until === null
}

/** True while something can change without a person: then the page asks again. */
export function isMoving(delivery: DeliveryFacts, now: number): boolean {
  if (delivery.ended_at !== null || awaitsHand(delivery)) return false
  if (!['scheduled', 'prepared', 'submitted'].includes(delivery.state)) return false
  return delivery.due_at <= now + 5000
}

/** A published post that is about to be gone: another delivery takes it down. */
export function isTakenDown(delivery: DeliveryFacts): boolean {
  return delivery.action === 'publish' && delivery.state === 'published' && delivery.barred_at !== null
}

/** The platform was asked to publish and its answer got lost: it is asked what became of that before anything else. */
export function beingChecked(delivery: DeliveryFacts): boolean {
  return delivery.action === 'publish' && delivery.intent_at !== null && ['scheduled', 'prepared'].includes(delivery.state)
}

/** It goes to all followers, or to none, once somebody has said which. */
export function awaitsMass(delivery: DeliveryFacts): boolean {
  return delivery.error_code === 'mass_undecided' && delivery.intent_at === null && ['scheduled', 'prepared'].includes(delivery.state)
}

const tasks = zh.deliveries.taskStates

/** The word and tone of a delivery that takes a post down or corrects it. */
function shownTask(delivery: DeliveryFacts, words: Record<string, string>): Shown {
  const { state } = delivery
  if (awaitsHand(delivery)) return { label: word(words, 'by_hand'), tone: 'warn' }
  if (state === 'published' || state === 'retracted') return { label: word(words, 'done'), tone: 'good' }
  if (state === 'failed' || state === 'cancelled') return { label: word(words, state), tone: state === 'failed' ? 'bad' : 'plain' }
  return { label: word(words, 'moving'), tone: 'moving' }
}

/** The word and tone of a delivery; one that waits for a hand or for an answer has a word of its own. */
export function shownState(delivery: DeliveryFacts): Shown {
  if (delivery.action === 'retract') return shownTask(delivery, tasks.retract)
  if (delivery.action === 'update') return shownTask(delivery, tasks.update)
  if (isTakenDown(delivery)) return { label: word(tasks.retract, 'moving'), tone: 'warn' }
  if (awaitsHand(delivery)) return { label: zh.words.awaitingHand, tone: 'warn' }
  if (awaitsMass(delivery)) return { label: zh.deliveries.queues.mass, tone: 'warn' }
  if (beingChecked(delivery)) return { label: zh.words.beingChecked, tone: 'warn' }
  return deliveryState(delivery.state)
}

function toneOf(delivery: DeliveryFacts, now: number): Tone {
  const { tone } = shownState(delivery)
  if (tone !== 'moving' && tone !== 'wait') return tone
  if (delivery.error_code !== '') return 'warn'
  return delivery.due_at > now ? 'wait' : 'moving'
}

/** Puts the server's advice into words: what happened, what it means for readers, what comes next and when. */
export function standingOf(delivery: DeliveryFacts, now: number): Standing {
  const { advice } = delivery
  const later = advice.next_at !== null && advice.next_at > now
  return {
    what: advice.happened,
    readers: word(zh.deliveries.readersSay, advice.readers),
    next: advice.next || zh.deliveries.nothingNext,
    when: later ? zh.deliveries.nextAt(formatTime(advice.next_at), formatRemaining(advice.next_at!, now)) : '',
    tone: toneOf(delivery, now),
  }
}
