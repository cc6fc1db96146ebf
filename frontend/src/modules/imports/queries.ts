import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'
import { uploadTo, type UploadOptions } from '@/api/upload'

export type Import = GetAnswer<'/api/account-imports/{id}'>
export type Look = GetAnswer<'/api/account-imports/{id}/look'>
export type ImportRow = ListItem<'/api/account-imports/{id}/rows'>
export type Mapping = Look['mapping']
export type Choice = PutBody<'/api/account-imports/{id}/mapping'>
export type NewTemplate = PostBody<'/api/account-templates'>

export const importKeys = {
  all: ['imports'] as const,
  list: (kind: string, cursor: string) => ['imports', 'list', kind, cursor] as const,
  one: (id: string) => ['imports', 'one', id] as const,
  look: (id: string, sheet: string, from: number, to: number) => ['imports', 'look', id, sheet, from, to] as const,
  rows: (id: string, query: object) => ['imports', 'rows', id, query] as const,
}

const askEveryMs = 1_500

/** Whether a node works on the import now. */
export const isMoving = (state: string): boolean => ['previewing', 'running', 'undoing'].includes(state)

export function useImports(kind: MaybeRefOrGetter<string>, cursor: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => importKeys.list(toValue(kind), toValue(cursor))),
    queryFn: ({ signal }) => {
      const query = { ...(toValue(kind) && { kind: toValue(kind) as 'register' }), ...(toValue(cursor) && { cursor: toValue(cursor) }) }
      return unwrap(api.GET('/api/account-imports', { params: { query }, signal }))
    },
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.items.some((one) => isMoving(one.state)) ? 2 * askEveryMs : false),
    meta: { quiet: true },
  })
}

/** One import, asked again while it moves. */
export function useImport(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => importKeys.one(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/account-imports/{id}', { params: { path: { id: toValue(id) } }, signal })),
    refetchInterval: (query) => (query.state.data && isMoving(query.state.data.state) ? askEveryMs : false),
    meta: { quiet: true },
  })
}

export interface LookChoice {
  sheet: string
  from: number
  to: number
}

/** The sheet as it is, with what its columns may be; a head from row 0 is where the titles are found. */
export function useLook(id: MaybeRefOrGetter<string>, choice: MaybeRefOrGetter<LookChoice>, enabled: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: computed(() => {
      const { sheet, from, to } = toValue(choice)
      return importKeys.look(toValue(id), sheet, from, to)
    }),
    queryFn: ({ signal }) => {
      const { sheet, from, to } = toValue(choice)
      const query = { ...(sheet && { sheet }), ...(from > 0 && { head_from: from, head_to: to }) }
      return unwrap(api.GET('/api/account-imports/{id}/look', { params: { path: { id: toValue(id) }, query }, signal }))
    },
    enabled: () => toValue(enabled),
    staleTime: Infinity,
    meta: { quiet: true },
  })
}

export interface RowFilter {
  outcome: string
  result: string
  after: number
}

/** The rows of an import; `version` changes with the import, so that the rows are read again with it. */
export function useRows(id: MaybeRefOrGetter<string>, filter: MaybeRefOrGetter<RowFilter>, version: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => importKeys.rows(toValue(id), { ...toValue(filter), version: toValue(version) })),
    queryFn: ({ signal }) => {
      const { outcome, result, after } = toValue(filter)
      const query = { ...(outcome && { outcome }), ...(result && { result }), ...(after > 0 && { after }) } as never
      return unwrap(api.GET('/api/account-imports/{id}/rows', { params: { path: { id: toValue(id) }, query }, signal }))
    },
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** Where the rows are fetched as a workbook. */
export function rowsPath(id: string, outcome: string, result: string): string {
  const query = new URLSearchParams({ ...(outcome && { outcome }), ...(result && { result }) })
  return `/api/account-imports/${id}/rows.xlsx?${query}`
}

/** Sends a sheet and answers the id of its import. */
export async function uploadSheet(file: File, unitId: string, kind: string, options: UploadOptions): Promise<string> {
  return (await uploadTo('/api/account-imports', () => ({ unit_id: unitId, kind }))(file, options)).id
}

function useImportMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['imports', 'account-templates']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

export const useMapImport = (id: MaybeRefOrGetter<string>) =>
  useImportMutation((body: Choice) => unwrap(api.PUT('/api/account-imports/{id}/mapping', { params: { path: { id: toValue(id) } }, body })))

export const useRunImport = (id: MaybeRefOrGetter<string>) =>
  useImportMutation((version: number) =>
    unwrap(api.POST('/api/account-imports/{id}/run', { params: { path: { id: toValue(id) } }, body: { version } })),
  )

export const useUndoImport = (id: MaybeRefOrGetter<string>) =>
  useImportMutation((body: { version: number; reason: string }) =>
    unwrap(api.POST('/api/account-imports/{id}/undo', { params: { path: { id: toValue(id) } }, body })),
  )

export const useDropImport = (id: MaybeRefOrGetter<string>) =>
  useImportMutation((version: number) =>
    unwrap(api.POST('/api/account-imports/{id}/drop', { params: { path: { id: toValue(id) } }, body: { version } })),
  )

export const useKeepTemplate = () => useImportMutation((body: NewTemplate) => unwrap(api.POST('/api/account-templates', { body })))

export const useRemoveTemplate = () =>
  useImportMutation((id: string) => unwrap(api.DELETE('/api/account-templates/{id}', { params: { path: { id } } })))
