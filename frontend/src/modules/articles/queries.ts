import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostAnswer } from '@/api/api'
import { unwrap } from '@/api/client'
import { mediaUrl, uploadTo, type UploadedMedia, type UploadFunction } from '@/api/upload'
import type { Imported } from '@/components/editor'
import type { ArticleForm } from './form'

export type Article = GetAnswer<'/api/articles/{id}'>
export type ArticleRow = ListItem<'/api/articles'>
export type ChainStage = Article['chain'][number]
export type Signature = Article['signatures'][number]
export type ChannelPreview = ListItem<'/api/articles/{id}/previews'>
export type Saved = PostAnswer<'/api/articles'>

export interface ArticleFilter {
  state?: string
  unit_id?: string
  mine?: string
  q?: string
  cursor?: string
}

export const articleKeys = {
  all: ['articles'] as const,
  list: (filter: ArticleFilter) => ['articles', 'list', filter] as const,
  one: (id: string) => ['articles', 'one', id] as const,
  previews: (id: string) => ['articles', 'previews', id] as const,
  publicTexts: (id: string) => ['articles', 'public-texts', id] as const,
}

/** The query of the list call; what narrows nothing is left out. */
export function listQuery(filter: ArticleFilter): Record<string, string | boolean> {
  const { mine, ...rest } = filter
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value))
  return mine ? { ...given, mine: true } : given
}

export function useArticles(filter: MaybeRefOrGetter<ArticleFilter>) {
  return useQuery({
    queryKey: computed(() => articleKeys.list(toValue(filter))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/articles', { params: { query: listQuery(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** How many signed articles are looked through for those of one account. */
const mostReady = 10

/** The signed articles of a unit that wait for a time and go to an account. */
export function useReadyFor(unitId: MaybeRefOrGetter<string>, accountId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['articles', 'ready', toValue(unitId), toValue(accountId)]),
    queryFn: async ({ signal }) => {
      const query = { state: 'signed' as const, unit_id: toValue(unitId), per_page: mostReady }
      const { items } = await unwrap(api.GET('/api/articles', { params: { query }, signal }))
      const whole = await Promise.all(items.map((one) => fetchArticle(one.id, signal)))
      return whole.filter((article) => article.account_ids.includes(toValue(accountId)) && article.actions.includes('schedule'))
    },
    enabled: () => toValue(unitId) !== '' && toValue(accountId) !== '',
    meta: { quiet: true },
  })
}

/** Reads one article, past the cache: for who must know what the server has now. */
export function fetchArticle(id: string, signal?: AbortSignal): Promise<Article> {
  return unwrap(api.GET('/api/articles/{id}', { params: { path: { id } }, signal }))
}

/** One article with its chain and signatures. */
export function useArticle(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => articleKeys.one(toValue(id))),
    queryFn: ({ signal }) => fetchArticle(toValue(id), signal),
    enabled: () => toValue(id) !== '',
    meta: { quiet: true },
  })
}

/** The article as each of its accounts will show it. */
export function usePreviews(id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean> = true) {
  return useQuery({
    queryKey: computed(() => articleKeys.previews(toValue(id))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/articles/{id}/previews', { params: { path: { id: toValue(id) } }, signal })),
    enabled: () => toValue(id) !== '' && toValue(enabled),
    meta: { quiet: true },
  })
}

/** The texts of the article that readers see now. */
export function usePublicTexts(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => articleKeys.publicTexts(toValue(id))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/articles/{id}/public-texts', { params: { path: { id: toValue(id) } }, signal })),
    enabled: () => toValue(id) !== '',
    meta: { quiet: true },
  })
}

/** Makes an article. The same key makes one article, however often it is sent. */
export function createArticle(form: ArticleForm, clientKey: string): Promise<Saved> {
  return unwrap(
    api.POST('/api/articles', { params: { header: { 'Idempotency-Key': clientKey } }, body: { ...form } }),
  )
}

/** Keeps an edit that began at a version; article.stale when there is a later one. */
export function saveArticle(id: string, version: number, form: ArticleForm): Promise<Saved> {
  return unwrap(api.PUT('/api/articles/{id}', { params: { path: { id } }, body: { ...form, version } }))
}

/** Everything that a change of an article makes old. */
export function useArticleRefresh() {
  const queries = useQueryClient()
  return () => {
    for (const key of ['articles', 'tasks', 'deliveries']) void queries.invalidateQueries({ queryKey: [key] })
  }
}

/** What a person can do with an article, besides editing it. */
export type ArticleAct =
  | { act: 'submit' | 'withdraw' | 'discard' | 'restore' | 'unschedule' | 'reopen'; version: number }
  | { act: 'correct'; version: number; reason: string }
  | { act: 'sign'; version: number; sha256: string; stage: string; opinion: string }
  | { act: 'return'; version: number; sha256: string; stage: string; reason: string }
  | { act: 'schedule'; version: number; at?: number }

function perform(id: string, input: ArticleAct): Promise<unknown> {
  const params = { path: { id } }
  const { act, ...body } = input
  switch (input.act) {
    case 'sign':
      return unwrap(api.POST('/api/articles/{id}/sign', { params, body: body as never }))
    case 'return':
      return unwrap(api.POST('/api/articles/{id}/return', { params, body: body as never }))
    case 'correct':
      return unwrap(api.POST('/api/articles/{id}/correct', { params, body: body as never }))
    case 'schedule':
      return unwrap(api.POST('/api/articles/{id}/schedule', { params, body: body as never }))
    default:
      return unwrap(api.POST(`/api/articles/{id}/${act as 'submit'}`, { params, body: { version: input.version } }))
  }
}

/** Acts on an article; whatever came of it, what is shown is read anew. */
export function useArticleAct(id: MaybeRefOrGetter<string>) {
  const refresh = useArticleRefresh()
  return useMutation({
    mutationFn: (input: ArticleAct) => perform(toValue(id), input),
    onSettled: refresh,
    meta: { quiet: true },
  })
}

/** Uploads into the picture library of a unit. */
export function uploadFor(unitId: () => string): UploadFunction {
  return uploadTo('/api/media', () => ({ unit_id: unitId() }))
}

/** Lets the server fetch a picture of another site into the library of a unit. */
export async function fetchPicture(unitId: string, url: string): Promise<UploadedMedia> {
  const media = await unwrap(api.POST('/api/media/fetch', { body: { unit_id: unitId, url } }))
  return { id: media.id, url: mediaUrl(media.id), width: media.width, height: media.height }
}

/** Reads a text file on the server, which knows the old encodings and the form of official documents. */
export async function importOnServer(file: File): Promise<Imported> {
  const form = new FormData()
  form.append('file', file, file.name)
  // The generated type of a file is text; the form itself is what is sent.
  const taken = await unwrap(api.POST('/api/imports', { body: form as never, bodySerializer: (body) => body as never }))
  return { title: taken.title, html: taken.html, warnings: taken.warnings }
}
