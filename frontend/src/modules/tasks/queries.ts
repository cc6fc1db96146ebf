import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { api, type GetAnswer } from '@/api/api'
import { unwrap } from '@/api/client'

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
  return computed(() =>
    data.value ? data.value.articles.length + data.value.deliveries.length + data.value.reminders.length + data.value.applications : undefined,
  )
}
