import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostBody } from '@/api/api'
import { unwrap } from '@/api/client'
import { useAccountMutation } from '@/modules/accounts/queries'

export type ColumnCard = GetAnswer<'/api/columns/{id}'>
export type Column = ColumnCard['column']
export type ColumnLine = ListItem<'/api/accounts/{id}/columns'>
export type NewColumn = PostBody<'/api/accounts/{id}/columns'>

/** A site has dozens of columns, and they are looked at together. */
const columnsPerCall = 100

/** The keys stand below those of the accounts: what changes the register or records an update makes these old as well. */
export const columnKeys = {
  list: (siteId: string) => ['accounts', 'columns', siteId] as const,
  one: (id: string) => ['accounts', 'column', id] as const,
}

/** The columns of a site by name, closed ones too; more come with fetchNextPage. */
export function useColumns(siteId: MaybeRefOrGetter<string>) {
  return useInfiniteQuery({
    queryKey: computed(() => columnKeys.list(toValue(siteId))),
    queryFn: ({ signal, pageParam }) => {
      const query = { cursor: pageParam || undefined, per_page: columnsPerCall }
      return unwrap(api.GET('/api/accounts/{id}/columns', { params: { path: { id: toValue(siteId) }, query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    meta: { quiet: true },
  })
}

export function useColumn(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => columnKeys.one(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/columns/{id}', { params: { path: { id: toValue(id) } }, signal })),
    enabled: () => toValue(id) !== '',
    meta: { quiet: true },
  })
}

export const useCreateColumn = (siteId: MaybeRefOrGetter<string>) =>
  useAccountMutation((body: NewColumn) =>
    unwrap(api.POST('/api/accounts/{id}/columns', { params: { path: { id: toValue(siteId) } }, body })),
  )

/** Takes a column off its site for good; the version is the one that the person saw. */
export const useCloseColumn = () =>
  useAccountMutation(({ id, version }: { id: string; version: number }) =>
    unwrap(api.POST('/api/columns/{id}/close', { params: { path: { id } }, body: { version } })),
  )
