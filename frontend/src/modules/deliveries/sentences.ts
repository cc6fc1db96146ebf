import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { formatRemaining, formatTime } from '@/utils/time'
import { deliveryState, type Shown } from '@/utils/words'

/** What the sentences are made of; every delivery the API answers has it. */
export interface DeliveryFacts {
  state: string
  due_at: number
  next_at: number | null
  lease_until: number | null
  intent_at: number | null
  ended_at: number | null
  published_at: number | null
  attempts: number
  error_class: string
  error_advice: string
}

/** What a delivery means for readers. */
export type Readers = keyof typeof zh.deliveries.readersSay

/** How a delivery stands, for somebody who knows nothing of platforms. */
export interface Standing {
  what: string
  readers: Readers
  next: string
  tone: Tone
}

/** A person has the package and must post it: the platform is not asked by the program. */
export function awaitsHand(delivery: DeliveryFacts): boolean {
  return delivery.state === 'submitted' && delivery.next_at === null && delivery.lease_until === null
}

/** True while something can change without a person: then the page asks again. */
export function isMoving(delivery: DeliveryFacts, now: number): boolean {
  if (delivery.ended_at !== null || awaitsHand(delivery)) return false
  if (!['scheduled', 'prepared', 'submitted'].includes(delivery.state)) return false
  return delivery.due_at <= now + 5000
}

/** The platform was asked to publish and its answer got lost: it is asked what became of that before anything else. */
export function beingChecked(delivery: DeliveryFacts): boolean {
  return delivery.intent_at !== null && ['scheduled', 'prepared'].includes(delivery.state)
}

/** The word and tone of a delivery; one that waits for a hand or for an answer has a word of its own. */
export function shownState(delivery: DeliveryFacts): Shown {
  if (awaitsHand(delivery)) return { label: zh.words.awaitingHand, tone: 'warn' }
  if (beingChecked(delivery)) return { label: zh.words.beingChecked, tone: 'warn' }
  return deliveryState(delivery.state)
}

const say = zh.deliveries.say

const failedNext: Record<string, string> = {
  content: say.failedContent,
  permission: say.failedPermission,
  by_hand: say.failedByHand,
}

function beforeSubmission(delivery: DeliveryFacts, now: number): Standing {
  if (beingChecked(delivery)) {
    const later = delivery.next_at !== null && delivery.next_at > now
    const next = later ? say.askingLater(formatTime(delivery.next_at)) : say.askingNext
    return { what: say.asking, readers: 'maybe_out', next, tone: 'warn' }
  }
  if (delivery.due_at > now) {
    const next = say.waitingNext(formatTime(delivery.due_at), formatRemaining(delivery.due_at, now))
    return { what: say.waiting, readers: 'not_out', next, tone: 'wait' }
  }
  if (delivery.next_at !== null && delivery.next_at > now && delivery.error_advice) {
    const next = say.againNext(formatTime(delivery.next_at), delivery.attempts)
    return { what: say.again(delivery.error_advice), readers: 'not_out', next, tone: 'warn' }
  }
  const what = delivery.state === 'prepared' ? say.prepared : say.preparing
  return { what, readers: 'not_out', next: say.working, tone: 'moving' }
}

function submitted(delivery: DeliveryFacts, now: number): Standing {
  if (awaitsHand(delivery)) {
    return { what: say.byHand, readers: 'not_out', next: say.byHandNext, tone: 'warn' }
  }
  const later = delivery.next_at !== null && delivery.next_at > now
  const next = later ? say.submittedNext(formatTime(delivery.next_at)) : say.submittedSoon
  return { what: say.submitted, readers: 'maybe_out', next, tone: 'moving' }
}

/** Says what happened, what it means for readers and what the program does next. Rules stay on the server. */
export function standingOf(delivery: DeliveryFacts, now: number): Standing {
  switch (delivery.state) {
    case 'scheduled':
    case 'prepared':
      return beforeSubmission(delivery, now)
    case 'submitted':
      return submitted(delivery, now)
    case 'published':
      return { what: say.published(formatTime(delivery.published_at)), readers: 'out', next: say.publishedNext, tone: 'good' }
    case 'failed': {
      const next = failedNext[delivery.error_class] ?? say.failedOther
      return { what: say.failed(delivery.error_advice), readers: 'not_out', next, tone: 'bad' }
    }
    case 'cancelled':
      return { what: say.cancelled, readers: 'not_out', next: say.cancelledNext, tone: 'plain' }
    case 'retracted':
      return { what: say.retracted, readers: 'withdrawn', next: say.retractedNext, tone: 'plain' }
    default:
      // A state this console does not know is as uncertain as the unknown one.
      return { what: say.unknown(delivery.error_advice), readers: 'maybe_out', next: say.unknownNext, tone: 'warn' }
  }
}
