import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostBody } from '@/api/api'
import { unwrap } from '@/api/client'

export type Notice = GetAnswer<'/api/notices/{id}'>
export type NoticeLine = ListItem<'/api/notices'>
export type Place = Notice['places'][number]
export type NewNotice = PostBody<'/api/notices'>
export type NewPlace = PostBody<'/api/notices/{id}/places'>

export interface NoticeFilter {
  state?: string
  unit_id?: string
  q?: string
  application_id?: string
  cursor?: string
}

export const noticeKeys = {
  all: ['notices'] as const,
  list: (filter: NoticeFilter) => ['notices', 'list', filter] as const,
  one: (id: string) => ['notices', 'one', id] as const,
  audit: (id: string) => ['notices', 'audit', id] as const,
}

const given = (filter: object) => Object.fromEntries(Object.entries(filter).filter(([, value]) => value))

export function useNotices(filter: MaybeRefOrGetter<NoticeFilter>, enabled: MaybeRefOrGetter<boolean> = true) {
  return useQuery({
    queryKey: computed(() => noticeKeys.list(toValue(filter))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/notices', { params: { query: given(toValue(filter)) as never }, signal })),
    enabled: () => toValue(enabled),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useNotice(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => noticeKeys.one(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/notices/{id}', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

/** What was done with a notice, the latest first, as the audit chain keeps it. */
export function useNoticeAudit(id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: computed(() => noticeKeys.audit(toValue(id))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/audit', { params: { query: { object_kind: 'notice', object_id: toValue(id), per_page: 50 } }, signal })),
    enabled: () => toValue(enabled),
    meta: { quiet: true },
  })
}

/** The application that a notice is drafted for; nothing is asked while the id is empty. */
export function useNoticeApplication(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['applications', 'of-notice', toValue(id)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/applications/{id}', { params: { path: { id: toValue(id) } }, signal })),
    enabled: () => toValue(id) !== '',
    meta: { quiet: true },
  })
}

/** A notice decides what an application may do next and how long a clock runs, so both are old after it changed. */
function useNoticeMutation<Input>(send: (input: Input) => Promise<Notice>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSuccess: (notice) => queries.setQueryData(noticeKeys.one(notice.id), notice),
    onSettled: () => {
      for (const key of ['notices', 'applications', 'dashboard', 'tasks']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

export const useDraftNotice = () => useNoticeMutation((body: NewNotice) => unwrap(api.POST('/api/notices', { body })))

const at = (id: MaybeRefOrGetter<string>) => ({ path: { id: toValue(id) } })

export const useSaveNotice = (id: MaybeRefOrGetter<string>) =>
  useNoticeMutation((body: { version: number; title: string; body: string }) => unwrap(api.PUT('/api/notices/{id}', { params: at(id), body })))

/** Signs the text that the person saw; another one is refused. */
export const useSignNotice = (id: MaybeRefOrGetter<string>) =>
  useNoticeMutation((seen: Pick<Notice, 'version' | 'sha256'>) =>
    unwrap(api.POST('/api/notices/{id}/sign', { params: at(id), body: { version: seen.version, sha256: seen.sha256 } })),
  )

export type LastDay = PostBody<'/api/notices/{id}/publish'>

export const usePublishNotice = (id: MaybeRefOrGetter<string>) =>
  useNoticeMutation((body: LastDay) => unwrap(api.POST('/api/notices/{id}/publish', { params: at(id), body })))

export const useSetLastDay = (id: MaybeRefOrGetter<string>) =>
  useNoticeMutation((body: LastDay) => unwrap(api.POST('/api/notices/{id}/last-day', { params: at(id), body })))

export const useAddPlace = (id: MaybeRefOrGetter<string>) =>
  useNoticeMutation((body: NewPlace) => unwrap(api.POST('/api/notices/{id}/places', { params: at(id), body })))

export const useRemovePlace = (id: MaybeRefOrGetter<string>) =>
  useNoticeMutation((body: { version: number; place_id: string }) => unwrap(api.POST('/api/notices/{id}/places/remove', { params: at(id), body })))

export const useEndNotice = (id: MaybeRefOrGetter<string>) =>
  useNoticeMutation((body: { version: number; reason?: string }) => unwrap(api.POST('/api/notices/{id}/end', { params: at(id), body })))

export const useVoidNotice = (id: MaybeRefOrGetter<string>) =>
  useNoticeMutation((body: { version: number; reason: string }) => unwrap(api.POST('/api/notices/{id}/void', { params: at(id), body })))
