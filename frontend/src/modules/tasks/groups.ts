import type { ArticleTask, DeliveryAlarm, TaskList } from './queries'

export interface TaskGroups {
  retract: DeliveryAlarm[]
  unknown: DeliveryAlarm[]
  mass: DeliveryAlarm[]
  failed: DeliveryAlarm[]
  byHand: DeliveryAlarm[]
  correct: DeliveryAlarm[]
  sign: ArticleTask[]
  revise: ArticleTask[]
  schedule: ArticleTask[]
}

/**
 * Sorts what waits into the queues of the page. What an outage held back has a banner and a page of its own; a state or
 * task the page does not know falls into none.
 */
export function groupTasks(list: TaskList): TaskGroups {
  const alarms = (state: string, actions: readonly string[]) =>
    list.deliveries.filter((alarm) => alarm.state === state && actions.includes(alarm.action))
  const tasks = (what: string) => list.articles.filter((task) => task.what === what)
  return {
    retract: list.deliveries.filter((alarm) => alarm.action === 'retract'),
    unknown: alarms('unknown', ['publish', 'update']),
    mass: alarms('prepared', ['publish']),
    failed: alarms('failed', ['publish', 'update']),
    byHand: alarms('submitted', ['publish']),
    correct: alarms('submitted', ['update']),
    sign: tasks('sign'),
    revise: tasks('revise'),
    schedule: tasks('schedule'),
  }
}
