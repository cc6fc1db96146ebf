import type { ArticleTask, DeliveryAlarm, TaskList } from './queries'

export interface TaskGroups {
  unknown: DeliveryAlarm[]
  failed: DeliveryAlarm[]
  byHand: DeliveryAlarm[]
  sign: ArticleTask[]
  revise: ArticleTask[]
  schedule: ArticleTask[]
}

/** Sorts what waits into the queues of the page. A state or task the page does not know falls into none. */
export function groupTasks(list: TaskList): TaskGroups {
  const alarms = (state: string) => list.deliveries.filter((alarm) => alarm.state === state)
  const tasks = (what: string) => list.articles.filter((task) => task.what === what)
  return {
    unknown: alarms('unknown'),
    failed: alarms('failed'),
    byHand: alarms('submitted'),
    sign: tasks('sign'),
    revise: tasks('revise'),
    schedule: tasks('schedule'),
  }
}
