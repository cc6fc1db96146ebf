import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { api, type GetAnswer } from '@/api/api'
import { unwrap } from '@/api/client'
import { useQuestionCount } from '@/modules/observing/queries'

export type TaskList = GetAnswer<'/api/tasks'>
export type ArticleTask = TaskList['articles'][number]
export type DeliveryAlarm = TaskList['deliveries'][number]
export type Notice = TaskList['reminders'][number]

export const taskKeys = { all: ['tasks'] as const }

const askEveryMs = 30_000

/** What waits for the person. Asked again every half minute while the page is seen. */
export function useTasks() {
  return useQuery({
    queryKey: taskKeys.all,
    queryFn: ({ signal }) => unwrap(api.GET('/api/tasks', { signal })),
    refetchInterval: askEveryMs,
    meta: { quiet: true },
  })
}

/** How many things wait; the menu shows it. */
export function useTaskCount(): Readonly<Ref<number | undefined>> {
  const { data } = useTasks()
  const questions = useQuestionCount()
  return computed(() => {
    const tasks = data.value
    return tasks && tasks.articles.length + tasks.deliveries.length + tasks.reminders.length + tasks.applications + (questions.value ?? 0)
  })
}
