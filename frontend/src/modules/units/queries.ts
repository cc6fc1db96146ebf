import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'

export type Branch = ListItem<'/api/units'>
export type UnitCard = GetAnswer<'/api/units/{id}'>
export type UnitEvent = ListItem<'/api/units/{id}/events'>
export type Vacancy = UnitCard['vacancies'][number]

/** The tree as the person reaches it; choices of units elsewhere read the same. */
export function useTree() {
  return useQuery({
    queryKey: ['units', 'tree'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/units', { signal })),
    staleTime: 60_000,
    meta: { quiet: true },
  })
}

export function useUnit(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['units', 'one', toValue(id)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/units/{id}', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

export function useUnitEvents(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['units', 'events', toValue(id)] as const),
    queryFn: async ({ signal }) => (await unwrap(api.GET('/api/units/{id}/events', { params: { path: { id: toValue(id) } }, signal }))).items,
    meta: { quiet: true },
  })
}

export function useClosedUnits() {
  return useQuery({
    queryKey: ['units', 'closed'],
    queryFn: async ({ signal }) => (await unwrap(api.GET('/api/closed-units', { signal }))).items,
    meta: { quiet: true },
  })
}

export function useVacancies(unitId: MaybeRefOrGetter<string>, cursor: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['units', 'vacancies', toValue(unitId), toValue(cursor)] as const),
    queryFn: ({ signal }) => {
      const query = { ...(toValue(unitId) && { unit_id: toValue(unitId) }), ...(toValue(cursor) && { cursor: toValue(cursor) }) }
      return unwrap(api.GET('/api/vacancies', { params: { query }, signal }))
    },
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** A change of the tree moves accounts, people and clocks with it. */
function useUnitMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: send, onSettled: () => void queries.invalidateQueries(), meta: { quiet: true } })
}

export const useCreateUnit = () => useUnitMutation((body: PostBody<'/api/units'>) => unwrap(api.POST('/api/units', { body })))

export const useRenameUnit = (id: MaybeRefOrGetter<string>) =>
  useUnitMutation((body: PutBody<'/api/units/{id}'>) => unwrap(api.PUT('/api/units/{id}', { params: { path: { id: toValue(id) } }, body })))

export const useMoveUnit = (id: MaybeRefOrGetter<string>) =>
  useUnitMutation((body: PostBody<'/api/units/{id}/move'>) =>
    unwrap(api.POST('/api/units/{id}/move', { params: { path: { id: toValue(id) } }, body })),
  )

export const useMergeUnit = (id: MaybeRefOrGetter<string>) =>
  useUnitMutation((body: PostBody<'/api/units/{id}/merge'>) =>
    unwrap(api.POST('/api/units/{id}/merge', { params: { path: { id: toValue(id) } }, body })),
  )

export const useCloseUnit = (id: MaybeRefOrGetter<string>) =>
  useUnitMutation((body: PostBody<'/api/units/{id}/close'>) =>
    unwrap(api.POST('/api/units/{id}/close', { params: { path: { id: toValue(id) } }, body })),
  )
