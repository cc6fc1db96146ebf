import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer } from '@/api/api'
import { unwrap } from '@/api/client'

export type Plan = GetAnswer<'/api/plan'>
export type PlanItem = Plan['items'][number]
export type PlanFalling = Plan['falling'][number]
export type Timing = GetAnswer<'/api/timing'>
export type PlanHabit = Plan['habits'][number]

export interface PlanFilter {
  unit_id?: string
  from: string
  until: string
}

const key = ['plan'] as const

export function usePlan(filter: MaybeRefOrGetter<PlanFilter>) {
  return useQuery({
    queryKey: computed(() => [...key, toValue(filter)]),
    queryFn: ({ signal }) => unwrap(api.GET('/api/plan', { params: { query: toValue(filter) }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
    meta: { quiet: true },
  })
}

/** What stands against sending articles at a time. */
export function useTiming(articleIds: MaybeRefOrGetter<string[]>, at: MaybeRefOrGetter<number | null>) {
  return useQuery({
    queryKey: computed(() => [...key, 'timing', toValue(articleIds), toValue(at)]),
    queryFn: ({ signal }) => unwrap(api.GET('/api/timing', { params: { query: { article_ids: toValue(articleIds), at: toValue(at) ?? 0 } }, signal })),
    enabled: () => toValue(articleIds).length > 0 && toValue(at) !== null,
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** Moves a scheduled article, all of its deliveries or none. */
export function useReschedule() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ item, at }: { item: PlanItem; at: number }) =>
      unwrap(api.POST('/api/articles/{id}/reschedule', { params: { path: { id: item.article_id } }, body: { version: item.version, at } })),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  })
}
