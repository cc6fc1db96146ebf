import { describe, expect, it } from 'vitest'
import { groupTasks } from './groups'
import type { TaskList } from './queries'

const alarm = (id: string, action: string, state: string) => ({ id, action, state }) as TaskList['deliveries'][number]

describe('groupTasks', () => {
  it('keeps what is to be taken down and corrected apart from what is to be published', () => {
    const groups = groupTasks({
      articles: [],
      reminders: [],
      applications: 0,
      deliveries: [
        alarm('down', 'retract', 'scheduled'),
        alarm('down-by-hand', 'retract', 'submitted'),
        alarm('post', 'publish', 'submitted'),
        alarm('mend', 'update', 'submitted'),
        alarm('broken', 'update', 'failed'),
        alarm('held', 'publish', 'held'),
        alarm('perhaps', 'publish', 'unknown'),
        alarm('to-all', 'publish', 'prepared'),
      ],
    })
    const ids = (name: 'retract' | 'byHand' | 'correct' | 'failed' | 'unknown' | 'mass') => groups[name].map((one) => one.id)
    expect(ids('retract')).toEqual(['down', 'down-by-hand'])
    expect(ids('byHand')).toEqual(['post'])
    expect(ids('correct')).toEqual(['mend'])
    expect(ids('failed')).toEqual(['broken'])
    expect(ids('unknown')).toEqual(['perhaps'])
    expect(ids('mass')).toEqual(['to-all'])
  })
})
