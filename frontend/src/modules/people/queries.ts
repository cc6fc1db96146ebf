import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'

export type Person = GetAnswer<'/api/people/{id}'>
export type PersonLine = ListItem<'/api/people'>
export type Handover = GetAnswer<'/api/handovers/{id}'>
export type HandoverItem = Handover['items'][number]
export type Filing = ListItem<'/api/staff-filings'>

export interface ListFilter {
  unit_id?: string
  role?: string
  state?: string
  q?: string
  person_id?: string
  cursor?: string
}

function given(filter: object): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value)) as Record<string, string>
}

export function usePeople(filter: MaybeRefOrGetter<ListFilter>) {
  return useQuery({
    queryKey: computed(() => ['people', 'list', toValue(filter)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/people', { params: { query: given(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function usePerson(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['people', 'one', toValue(id)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/people/{id}', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

export function useHandovers(filter: MaybeRefOrGetter<ListFilter>) {
  return useQuery({
    queryKey: computed(() => ['people', 'handovers', toValue(filter)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/handovers', { params: { query: given(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useHandover(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['people', 'handover', toValue(id)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/handovers/{id}', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

export function useFilings(filter: MaybeRefOrGetter<ListFilter>) {
  return useQuery({
    queryKey: computed(() => ['people', 'filings', toValue(filter)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/staff-filings', { params: { query: given(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** The contractors whose people may be let in at a unit. */
export function useServing(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['contractors', 'serving', toValue(unitId)] as const),
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET('/api/serving-contractors', { params: { query: { unit_id: toValue(unitId) } }, signal }))).items,
    enabled: () => toValue(unitId) !== '',
    meta: { quiet: true },
  })
}

/** Who comes and goes changes vacancies, filings and hand-overs. */
function usePeopleMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['people', 'units', 'contractors']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

type Id = MaybeRefOrGetter<string>
const at = (id: Id) => ({ path: { id: toValue(id) } })

export const useCreatePerson = () => usePeopleMutation((body: PostBody<'/api/people'>) => unwrap(api.POST('/api/people', { body })))

export const useSetPhone = (id: Id) =>
  usePeopleMutation((body: PutBody<'/api/people/{id}/phone'>) => unwrap(api.PUT('/api/people/{id}/phone', { params: at(id), body })))

export const useGrantRole = (id: Id) =>
  usePeopleMutation((body: PostBody<'/api/people/{id}/roles'>) => unwrap(api.POST('/api/people/{id}/roles', { params: at(id), body })))

export const useRevokeRole = (id: Id) =>
  usePeopleMutation((body: PostBody<'/api/people/{id}/roles/revoke'>) =>
    unwrap(api.POST('/api/people/{id}/roles/revoke', { params: at(id), body })),
  )

export const useDisablePerson = (id: Id) =>
  usePeopleMutation((body: PostBody<'/api/people/{id}/disable'>) => unwrap(api.POST('/api/people/{id}/disable', { params: at(id), body })))

export const useEnablePerson = (id: Id) =>
  usePeopleMutation((body: PostBody<'/api/people/{id}/enable'>) => unwrap(api.POST('/api/people/{id}/enable', { params: at(id), body })))

export const useResetPassword = (id: Id) =>
  usePeopleMutation((body: PostBody<'/api/people/{id}/password'>) => unwrap(api.POST('/api/people/{id}/password', { params: at(id), body })))

export const useBeginHandover = () => usePeopleMutation((body: PostBody<'/api/handovers'>) => unwrap(api.POST('/api/handovers', { body })))

export const useRecordHandover = (id: Id) =>
  usePeopleMutation((body: PostBody<'/api/handovers/{id}/items'>) => unwrap(api.POST('/api/handovers/{id}/items', { params: at(id), body })))

export const useFinishHandover = (id: Id) =>
  usePeopleMutation((body: PostBody<'/api/handovers/{id}/finish'>) => unwrap(api.POST('/api/handovers/{id}/finish', { params: at(id), body })))

export const useVoidHandover = (id: Id) =>
  usePeopleMutation((body: PostBody<'/api/handovers/{id}/void'>) => unwrap(api.POST('/api/handovers/{id}/void', { params: at(id), body })))

export const useFileChange = () =>
  usePeopleMutation(({ id, ...body }: PostBody<'/api/staff-filings/{id}/file'> & { id: string }) =>
    unwrap(api.POST('/api/staff-filings/{id}/file', { params: at(id), body })),
  )

export const useReceiveChange = () =>
  usePeopleMutation(({ id, ...body }: PostBody<'/api/staff-filings/{id}/receive'> & { id: string }) =>
    unwrap(api.POST('/api/staff-filings/{id}/receive', { params: at(id), body })),
  )
