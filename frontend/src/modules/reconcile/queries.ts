import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type ListItem, type PostBody } from '@/api/api'
import { unwrap } from '@/api/client'
import { useRegisterMutation } from '@/modules/accounts/record'

export type Difference = ListItem<'/api/differences'>
export type DifferenceCount = ListItem<'/api/differences/counts'>
export type Settling = PostBody<'/api/differences/settle'>

export interface DifferenceFilter {
  unit_id: string
  source: string
  kind: string
  state: string
  account_id: string
  cursor: string
}

export const differenceKeys = {
  list: (filter: DifferenceFilter) => ['differences', 'list', filter] as const,
  counts: (unitId: string) => ['differences', 'counts', unitId] as const,
}

export function useDifferences(filter: MaybeRefOrGetter<DifferenceFilter>) {
  return useQuery({
    queryKey: computed(() => differenceKeys.list(toValue(filter))),
    queryFn: ({ signal }) => {
      const query = Object.fromEntries(Object.entries(toValue(filter)).filter(([, value]) => value !== '')) as never
      return unwrap(api.GET('/api/differences', { params: { query }, signal }))
    },
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useDifferenceCounts(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => differenceKeys.counts(toValue(unitId))),
    queryFn: async ({ signal }) => {
      const query = toValue(unitId) ? { unit_id: toValue(unitId) } : {}
      return (await unwrap(api.GET('/api/differences/counts', { params: { query }, signal }))).items
    },
    meta: { quiet: true },
  })
}

/** Settles one or several differences alike; each for itself, so what stands against one does not hold up the others. */
export const useSettle = () => useRegisterMutation((body: Settling) => unwrap(api.POST('/api/differences/settle', { body })))
