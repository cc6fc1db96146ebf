import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem } from '@/api/api'
import { unwrap } from '@/api/client'
import { totalsQuery, watchQuery, type BoardFilter } from './filter'

export type Dashboard = GetAnswer<'/api/dashboard'>
export type Counts = Dashboard['overall']
export type RuleCounts = Dashboard['by_rule'][number]
export type Watched = ListItem<'/api/dashboard/accounts'>
export type Week = ListItem<'/api/dashboard/trend'>

export type TotalsFilter = Pick<BoardFilter, 'unit_id' | 'platform' | 'rulebook'>

/** A board on a wall is looked at, not clicked: it asks again by itself while it is seen. */
const askEveryMs = 60_000

/** Enough lines for a look; what is asked for by name or status is rarely longer. */
const linesPerPage = 10

export function useTotals(filter: MaybeRefOrGetter<TotalsFilter>) {
  const query = computed(() => totalsQuery(toValue(filter)))
  return useQuery({
    queryKey: computed(() => ['dashboard', 'totals', query.value] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/dashboard', { params: { query: query.value as never }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: askEveryMs,
    meta: { quiet: true },
  })
}

export function useWatched(filter: MaybeRefOrGetter<BoardFilter>, cursor: MaybeRefOrGetter<string>) {
  const query = computed(() => ({ ...watchQuery(toValue(filter), toValue(cursor)), per_page: linesPerPage }))
  return useQuery({
    queryKey: computed(() => ['dashboard', 'watched', query.value] as const),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/dashboard/accounts', { params: { query: query.value as never }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: askEveryMs,
    meta: { quiet: true },
  })
}

/** The last thirteen weeks. Only the present one still changes, so it is not asked again while the page stands. */
export function useTrend(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['dashboard', 'trend', toValue(unitId)] as const),
    queryFn: async ({ signal }) => {
      const query = { unit_id: toValue(unitId) || undefined }
      return (await unwrap(api.GET('/api/dashboard/trend', { params: { query }, signal }))).items
    },
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
    meta: { quiet: true },
  })
}
