import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'

export type AccountLine = ListItem<'/api/accounts'>
export type AccountCard = GetAnswer<'/api/accounts/{id}'>
export type Account = AccountCard['account']
export type Standing = AccountCard['standing']
export type Clock = AccountCard['clocks'][number]
export type Breach = AccountCard['breaches'][number]
export type Post = ListItem<'/api/accounts/{id}/posts'>
export type NewAccount = PostBody<'/api/accounts'>
export type AccountChange = PutBody<'/api/accounts/{id}'>

/** What narrows and sorts the register, by the names of the API; see `bulk.ts`. */
export type AccountFilter = Record<string, string>

export const accountKeys = {
  all: ['accounts'] as const,
  list: (filter: AccountFilter) => ['accounts', 'list', filter] as const,
  one: (id: string) => ['accounts', 'one', id] as const,
  posts: (id: string, cursor: string) => ['accounts', 'posts', id, cursor] as const,
  targets: (unitId: string) => ['accounts', 'targets', unitId] as const,
  choices: ['accounts', 'choices'] as const,
}

/** The most rows a list call gives; enough for the accounts of one unit. */
const mostRows = 100

const given = (filter: AccountFilter): AccountFilter => Object.fromEntries(Object.entries(filter).filter(([, value]) => value))

export function useAccounts(filter: MaybeRefOrGetter<AccountFilter>) {
  return useQuery({
    queryKey: computed(() => accountKeys.list(toValue(filter))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/accounts', { params: { query: given(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** The accounts in use to which an article of the unit can go. */
export function useTargets(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => accountKeys.targets(toValue(unitId))),
    queryFn: async ({ signal }) => {
      const query = { unit_id: toValue(unitId), state: 'in_use' as const, per_page: mostRows }
      return (await unwrap(api.GET('/api/accounts', { params: { query }, signal }))).items
    },
    enabled: () => toValue(unitId) !== '',
    staleTime: 60_000,
    meta: { quiet: true },
  })
}

/** The first accounts by name, as options of a filter. */
export function useAccountChoices() {
  const { data } = useQuery({
    queryKey: accountKeys.choices,
    queryFn: ({ signal }) => unwrap(api.GET('/api/accounts', { params: { query: { per_page: mostRows } }, signal })),
    staleTime: 60_000,
    meta: { quiet: true },
  })
  return computed(() => (data.value?.items ?? []).map((account) => ({ value: account.id, label: account.name })))
}

export function useAccount(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => accountKeys.one(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/accounts/{id}', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

export function usePosts(id: MaybeRefOrGetter<string>, cursor: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => accountKeys.posts(toValue(id), toValue(cursor))),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/accounts/{id}/posts', {
          params: { path: { id: toValue(id) }, query: { cursor: toValue(cursor) || undefined, per_page: 10 } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** A change of the register makes every list of accounts, and the board, old. */
export function useAccountMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['accounts', 'dashboard']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

export const useCreateAccount = () =>
  useAccountMutation((body: NewAccount) => unwrap(api.POST('/api/accounts', { body })))

export const useSaveAccount = (id: MaybeRefOrGetter<string>) =>
  useAccountMutation((body: AccountChange) =>
    unwrap(api.PUT('/api/accounts/{id}', { params: { path: { id: toValue(id) } }, body })),
  )

export const useBindAccount = (id: MaybeRefOrGetter<string>) =>
  useAccountMutation((body: PutBody<'/api/accounts/{id}/credentials'>) =>
    unwrap(api.PUT('/api/accounts/{id}/credentials', { params: { path: { id: toValue(id) } }, body })),
  )

/** Takes an account out of use for a reason, or back into use. */
export const useAccountState = (id: MaybeRefOrGetter<string>) =>
  useAccountMutation((input: { to: 'suspend' | 'use'; version: number; reason?: string }) => {
    const { to, ...body } = input
    const params = { path: { id: toValue(id) } }
    return to === 'use'
      ? unwrap(api.POST('/api/accounts/{id}/use', { params, body }))
      : unwrap(api.POST('/api/accounts/{id}/suspend', { params, body }))
  })

export const useMarkUnread = (id: MaybeRefOrGetter<string>) =>
  useAccountMutation((body: PostBody<'/api/accounts/{id}/unread'>) =>
    unwrap(api.POST('/api/accounts/{id}/unread', { params: { path: { id: toValue(id) } }, body })),
  )

export const useMarkRead = (id: MaybeRefOrGetter<string>) =>
  useAccountMutation(() => unwrap(api.POST('/api/accounts/{id}/read', { params: { path: { id: toValue(id) } } })))

/** Writes down a publication that somebody saw; the same one again changes nothing. */
export const useRecordPost = (id: MaybeRefOrGetter<string>) =>
  useAccountMutation((body: PostBody<'/api/accounts/{id}/posts'>) =>
    unwrap(api.POST('/api/accounts/{id}/posts', { params: { path: { id: toValue(id) } }, body })),
  )

/** The units that the person reaches, as a tree in reading order. */
export function useUnits(enabled: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: ['units', 'tree'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/units', { signal })),
    enabled: () => toValue(enabled),
    staleTime: 5 * 60_000,
    meta: { quiet: true },
  })
}
