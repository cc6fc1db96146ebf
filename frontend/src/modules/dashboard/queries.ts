import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem } from '@/api/api'
import { unwrap } from '@/api/client'

export type Dashboard = GetAnswer<'/api/dashboard'>
export type Counts = Dashboard['overall']
export type Watched = ListItem<'/api/dashboard/accounts'>

export interface BoardFilter {
  unit_id?: string
  platform?: string
}

export interface WatchFilter extends BoardFilter {
  stale_only?: string
  cursor?: string
}

export const dashboardKeys = {
  totals: (filter: BoardFilter) => ['dashboard', 'totals', filter] as const,
  watched: (filter: WatchFilter) => ['dashboard', 'watched', filter] as const,
}

/** A board on a wall is looked at, not clicked: it asks again by itself while it is seen. */
const askEveryMs = 60_000

/** The query of a call, without what narrows nothing. */
export function boardQuery(filter: WatchFilter): Record<string, string | boolean> {
  const { stale_only: staleOnly, ...rest } = filter
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value))
  return staleOnly ? { ...given, stale_only: true } : given
}

export function useTotals(filter: MaybeRefOrGetter<BoardFilter>) {
  return useQuery({
    queryKey: computed(() => dashboardKeys.totals(toValue(filter))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/dashboard', { params: { query: boardQuery(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: askEveryMs,
    meta: { quiet: true },
  })
}

export function useWatched(filter: MaybeRefOrGetter<WatchFilter>) {
  return useQuery({
    queryKey: computed(() => dashboardKeys.watched(toValue(filter))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/dashboard/accounts', { params: { query: boardQuery(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: askEveryMs,
    meta: { quiet: true },
  })
}
