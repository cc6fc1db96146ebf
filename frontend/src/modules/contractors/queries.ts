import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'

export type Contractor = GetAnswer<'/api/contractors/{id}'>
export type ContractorItem = Contractor['items'][number]

export function useContractors(filter: MaybeRefOrGetter<Record<string, string>>) {
  return useQuery({
    queryKey: computed(() => ['contractors', 'list', toValue(filter)] as const),
    queryFn: ({ signal }) => {
      const query = Object.fromEntries(Object.entries(toValue(filter)).filter(([, value]) => value))
      return unwrap(api.GET('/api/contractors', { params: { query: query as never }, signal }))
    },
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useContractor(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['contractors', 'one', toValue(id)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/contractors/{id}', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

function useContractorMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: send, onSettled: () => void queries.invalidateQueries({ queryKey: ['contractors'] }), meta: { quiet: true } })
}

type Id = MaybeRefOrGetter<string>
const at = (id: Id) => ({ path: { id: toValue(id) } })

export const useCreateContractor = () =>
  useContractorMutation((body: PostBody<'/api/contractors'>) => unwrap(api.POST('/api/contractors', { body })))

export const useSaveContractor = (id: Id) =>
  useContractorMutation((body: PutBody<'/api/contractors/{id}'>) => unwrap(api.PUT('/api/contractors/{id}', { params: at(id), body })))

export const useRecordContractor = (id: Id) =>
  useContractorMutation((body: PostBody<'/api/contractors/{id}/items'>) =>
    unwrap(api.POST('/api/contractors/{id}/items', { params: at(id), body })),
  )

export const useAuthorizeContractor = (id: Id) =>
  useContractorMutation((body: PostBody<'/api/contractors/{id}/authorize'>) =>
    unwrap(api.POST('/api/contractors/{id}/authorize', { params: at(id), body })),
  )

export const useEndContractor = (id: Id) =>
  useContractorMutation((body: PostBody<'/api/contractors/{id}/end'>) =>
    unwrap(api.POST('/api/contractors/{id}/end', { params: at(id), body })),
  )
