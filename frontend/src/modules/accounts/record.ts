import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostAnswer, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'

export type Register = GetAnswer<'/api/register'>
export type Field = Register['fields'][number]
export type RecordCard = GetAnswer<'/api/accounts/{id}/record'>
export type RegisterRecord = RecordCard['record']
export type Finding = RecordCard['findings'][number]
export type LabelLine = RecordCard['labels'][number]
export type FieldChange = ListItem<'/api/accounts/{id}/history'>
export type Paste = PostAnswer<'/api/recognize'>
export type BulkEdit = PostBody<'/api/account-bulk'>
export type BulkResult = PostAnswer<'/api/account-bulk'>
export type SavedView = ListItem<'/api/views'>
export type Template = ListItem<'/api/account-templates'>

export const recordKeys = {
  register: ['register'] as const,
  one: (id: string) => ['accounts', 'record', id] as const,
  history: (id: string, field: string, cursor: string) => ['accounts', 'history', id, field, cursor] as const,
  views: (page: string) => ['views', page] as const,
  templates: (unitId: string) => ['account-templates', unitId] as const,
  contractors: (unitId: string) => ['contractors', 'serving', unitId] as const,
}

/** Where the console finds a file that the register keeps. */
export const attachmentUrl = (id: string): string => `/api/attachments/${id}`

/** The fields of the register and what a checkup looks at; they change with the program alone. */
export function useRegister() {
  return useQuery({
    queryKey: recordKeys.register,
    queryFn: ({ signal }) => unwrap(api.GET('/api/register', { signal })),
    staleTime: Infinity,
    meta: { quiet: true },
  })
}

export function useRecord(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => recordKeys.one(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/accounts/{id}/record', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

export function useHistory(id: MaybeRefOrGetter<string>, field: MaybeRefOrGetter<string>, cursor: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => recordKeys.history(toValue(id), toValue(field), toValue(cursor))),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/accounts/{id}/history', {
          params: { path: { id: toValue(id) }, query: { field: toValue(field) || undefined, cursor: toValue(cursor) || undefined } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** What changes the register makes its lists, cards and histories old, and the board. */
export function useRegisterMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['accounts', 'dashboard', 'differences']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

export const useSaveRecord = (id: MaybeRefOrGetter<string>) =>
  useRegisterMutation((body: PutBody<'/api/accounts/{id}/record'>) =>
    unwrap(api.PUT('/api/accounts/{id}/record', { params: { path: { id: toValue(id) } }, body })),
  )

export const useUndoChange = () =>
  useRegisterMutation((id: string) => unwrap(api.POST('/api/account-changes/{id}/undo', { params: { path: { id } } })))

export const usePreviewBulk = () =>
  useMutation({
    mutationFn: (body: BulkEdit) => unwrap(api.POST('/api/account-bulk/preview', { body })),
    meta: { quiet: true },
  })

export const useRunBulk = () => useRegisterMutation((body: BulkEdit) => unwrap(api.POST('/api/account-bulk', { body })))

export const useUndoBulk = () =>
  useRegisterMutation((id: string) => unwrap(api.POST('/api/account-bulk/{id}/undo', { params: { path: { id } } })))

export const useRecognize = () =>
  useMutation({
    mutationFn: (address: string) => unwrap(api.POST('/api/recognize', { body: { address } })),
    meta: { quiet: true },
  })

export function useViews(page: string) {
  return useQuery({
    queryKey: recordKeys.views(page),
    queryFn: async ({ signal }) => (await unwrap(api.GET('/api/views', { params: { query: { page } }, signal }))).items,
    staleTime: 60_000,
    meta: { quiet: true },
  })
}

/** Saves, renames and removes the views of a page. */
export function useViewMutations(page: string) {
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries({ queryKey: recordKeys.views(page) })
  const save = useMutation({
    mutationFn: (view: { name: string; query: string }) => unwrap(api.POST('/api/views', { body: { page, ...view } })),
    onSettled: refresh,
    meta: { quiet: true },
  })
  const rename = useMutation({
    mutationFn: ({ id, name }: { id: string; name: string }) => unwrap(api.POST('/api/views/{id}/rename', { params: { path: { id } }, body: { name } })),
    onSettled: refresh,
    meta: { quiet: true },
  })
  const remove = useMutation({
    mutationFn: (id: string) => unwrap(api.POST('/api/views/{id}/remove', { params: { path: { id } } })),
    onSettled: refresh,
    meta: { quiet: true },
  })
  return { save, rename, remove }
}

/** The templates of the offices in reach, or of one office. */
export function useTemplates(unitId: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean> = true) {
  return useQuery({
    queryKey: computed(() => recordKeys.templates(toValue(unitId))),
    queryFn: async ({ signal }) => {
      const query = toValue(unitId) ? { unit_id: toValue(unitId) } : {}
      return (await unwrap(api.GET('/api/account-templates', { params: { query }, signal }))).items
    },
    enabled: () => toValue(enabled),
    meta: { quiet: true },
  })
}

/** The contractors that may run accounts of a unit, as options. */
export function useContractorOptions(unitId: MaybeRefOrGetter<string>) {
  const { data } = useQuery({
    queryKey: computed(() => recordKeys.contractors(toValue(unitId))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/serving-contractors', { params: { query: { unit_id: toValue(unitId) } }, signal })),
    enabled: () => toValue(unitId) !== '',
    staleTime: 60_000,
    meta: { quiet: true },
  })
  return computed(() => (data.value?.items ?? []).map(({ id, name }) => ({ value: id, label: name })))
}
