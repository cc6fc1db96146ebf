import type { RouteLocationRaw } from 'vue-router'
import { zh } from '@/locales/zh-CN'
import type { Queues } from './queries'

export type Queue = keyof Queues

/** The queues, the most urgent first. */
export const queueNames: readonly Queue[] = ['retract', 'unknown', 'held', 'mass', 'failed', 'hand']

export interface QueueLine {
  queue: string
  label: string
  count: number
  /** Readers may see something they should not, or nobody knows. */
  urgent: boolean
  to: RouteLocationRaw
}

/** Where the deliveries of a queue stand; what an outage held back has a page of its own. */
export function queuePlace(queue: Queue): RouteLocationRaw {
  return queue === 'held' ? '/held-deliveries' : { path: '/deliveries', query: { queue } }
}

/** The queues in which something waits. */
export function waitingQueues(queues: Queues | undefined): QueueLine[] {
  if (!queues) return []
  return queueNames
    .map((queue) => ({
      queue,
      label: zh.deliveries.queues[queue],
      count: queues[queue],
      urgent: queue === 'retract' || queue === 'unknown',
      to: queuePlace(queue),
    }))
    .filter((line) => line.count > 0)
}
