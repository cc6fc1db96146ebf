import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostBody } from '@/api/api'
import { unwrap } from '@/api/client'
import { useAccountMutation } from '@/modules/accounts/queries'

export type ColumnCard = GetAnswer<'/api/columns/{id}'>
export type Column = ColumnCard['column']
export type ColumnLine = ListItem<'/api/accounts/{id}/columns'>
export type Finding = ListItem<'/api/column-findings'>
export type FindingPage = GetAnswer<'/api/column-findings'>
export type NewColumn = PostBody<'/api/accounts/{id}/columns'>

/** A site has dozens of columns, and they are looked at together. */
const columnsPerCall = 100

/** The keys stand below those of the accounts: what changes the register or records an update makes these old as well. */
export const columnKeys = {
  list: (siteId: string) => ['accounts', 'columns', siteId] as const,
  one: (id: string) => ['accounts', 'column', id] as const,
  findings: (unitId: string, cursor: string) => ['accounts', 'findings', unitId, cursor] as const,
}

/** How many calls are made for one page while nothing is found: each looks at a hundred columns. */
const mostCalls = 10

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
    enabled: () => toValue(siteId) !== '',
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

/** Looks on from a cursor until something is found; a page may come back with nothing on it and another one to come. */
export async function findOn(ask: (cursor: string) => Promise<FindingPage>, cursor: string): Promise<FindingPage> {
  let page = await ask(cursor)
  for (let calls = 1; page.items.length === 0 && page.next && calls < mostCalls; calls++) page = await ask(page.next)
  return page
}

/** The columns that are shown without content, in a unit and those below it, or everywhere. */
export function useFindings(unitId: MaybeRefOrGetter<string>, cursor: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => columnKeys.findings(toValue(unitId), toValue(cursor))),
    queryFn: ({ signal }) => {
      const unit_id = toValue(unitId) || undefined
      const ask = (from: string) => unwrap(api.GET('/api/column-findings', { params: { query: { unit_id, cursor: from || undefined } }, signal }))
      return findOn(ask, toValue(cursor))
    },
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export const useCreateColumn = (siteId: MaybeRefOrGetter<string>) =>
  useAccountMutation((body: NewColumn) =>
    unwrap(api.POST('/api/accounts/{id}/columns', { params: { path: { id: toValue(siteId) } }, body })),
  )

/** Shows a column on its site, or hides it; the version is the one that the person saw. */
export const useTurnColumn = () =>
  useAccountMutation(({ id, version, to }: { id: string; version: number; to: 'show' | 'hide' }) => {
    const call = { params: { path: { id } }, body: { version } }
    return unwrap(to === 'show' ? api.POST('/api/columns/{id}/show', call) : api.POST('/api/columns/{id}/hide', call))
  })

/** Takes a column off its site for good; the version is the one that the person saw. */
export const useCloseColumn = () =>
  useAccountMutation(({ id, version }: { id: string; version: number }) =>
    unwrap(api.POST('/api/columns/{id}/close', { params: { path: { id } }, body: { version } })),
  )
