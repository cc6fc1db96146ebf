import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { api, type GetAnswer, type ListItem, type PostAnswer, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'
import type { QuestionFilter } from './questions'
import { isAwaited, sourceQuery, type SourceFilter } from './sources'

export type Source = ListItem<'/api/sources'>
export type SourceEvent = GetAnswer<'/api/sources/{id}'>['events'][number]
export type NewSource = PostBody<'/api/accounts/{id}/sources'>
export type SourceChange = PutBody<'/api/sources/{id}'>
export type Probed = PostAnswer<'/api/accounts/{id}/sources/probe'>
export type PostSheet = PostAnswer<'/api/post-imports'>
export type Question = ListItem<'/api/post-questions'>
export type QuestionReply = PostBody<'/api/post-questions/{id}/answer'>
export type WeiboView = GetAnswer<'/api/accounts/{id}/weibo'>
export type Health = GetAnswer<'/api/accounts/{id}/health'>

export const observingKeys = {
  all: ['observing'] as const,
  list: (filter: SourceFilter, cursor: string) => ['observing', 'list', filter, cursor] as const,
  ofAccount: (accountId: string) => ['observing', 'account', accountId] as const,
  one: (id: string) => ['observing', 'source', id] as const,
  counts: ['observing', 'counts'] as const,
  questions: (filter: QuestionFilter, cursor: string) => ['observing', 'questions', filter, cursor] as const,
  weibo: (accountId: string) => ['observing', 'weibo', accountId] as const,
  health: (accountId: string) => ['observing', 'health', accountId] as const,
}

/** How often a list is asked again while one of its sources is to be read at once. */
const askEveryMs = 4_000
const countEveryMs = 60_000
const sourcesPerCall = 50

/** A page of the sources of the accounts that the person reaches; asked again while one of them is about to be read. */
export function useSources(filter: MaybeRefOrGetter<SourceFilter>, cursor: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => observingKeys.list(toValue(filter), toValue(cursor))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/sources', { params: { query: { ...sourceQuery(toValue(filter)), cursor: toValue(cursor) || undefined } }, signal })),
    refetchInterval: (query) => (query.state.data?.items.some(isAwaited) ? askEveryMs : false),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** The sources of one account, the latest first; more come with fetchNextPage. A reading that has ended may have changed the account. */
export function useAccountSources(accountId: MaybeRefOrGetter<string>) {
  const queries = useQueryClient()
  const query = useInfiniteQuery({
    queryKey: computed(() => observingKeys.ofAccount(toValue(accountId))),
    queryFn: ({ signal, pageParam }) => {
      const query = { account_id: toValue(accountId), cursor: pageParam || undefined, per_page: sourcesPerCall }
      return unwrap(api.GET('/api/sources', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    refetchInterval: (asked) => (asked.state.data?.pages.some((page) => page.items.some(isAwaited)) ? askEveryMs : false),
    meta: { quiet: true },
  })
  const awaited = computed(() => query.data.value?.pages.some((page) => page.items.some(isAwaited)) ?? false)
  watch(awaited, (now, before) => {
    if (before && !now) for (const key of ['accounts', 'dashboard']) void queries.invalidateQueries({ queryKey: [key] })
  })
  return query
}

/** One source with what it told last. */
export function useSource(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => observingKeys.one(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/sources/{id}', { params: { path: { id: toValue(id) } }, signal })),
    enabled: () => toValue(id) !== '',
    meta: { quiet: true },
  })
}

/** How the sources of the person's accounts stand, and how many doubtful dates wait for the person. */
export function useSourceCounts() {
  return useQuery({
    queryKey: observingKeys.counts,
    queryFn: ({ signal }) => unwrap(api.GET('/api/sources/counts', { signal })),
    refetchInterval: countEveryMs,
    staleTime: countEveryMs / 2,
    meta: { quiet: true },
  })
}

/** How many doubtful dates wait for the person; the menu shows it. */
export function useQuestionCount(): Readonly<Ref<number | undefined>> {
  const { data } = useSourceCounts()
  return computed(() => data.value?.questions)
}

export function useQuestions(filter: MaybeRefOrGetter<QuestionFilter>, cursor: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => observingKeys.questions(toValue(filter), toValue(cursor))),
    queryFn: ({ signal }) => {
      const { unit_id, state } = toValue(filter)
      const query = { unit_id: unit_id || undefined, state: state || undefined, cursor: toValue(cursor) || undefined }
      return unwrap(api.GET('/api/post-questions', { params: { query: query as never }, signal }))
    },
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** What is read anew, or counted otherwise, makes the accounts and the board old as well. */
function useObservingMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['observing', 'accounts', 'dashboard']) {
        // A probe of a platform is made when somebody asks for it, not because something else changed.
        void queries.invalidateQueries({ queryKey: [key], predicate: (query) => query.queryKey[1] !== 'health' })
      }
    },
    meta: { quiet: true },
  })
}

/** Reads a place once and keeps nothing. */
export function useProbe(accountId: MaybeRefOrGetter<string>) {
  return useMutation({
    mutationFn: (body: NewSource) =>
      unwrap(api.POST('/api/accounts/{id}/sources/probe', { params: { path: { id: toValue(accountId) } }, body })),
    meta: { quiet: true },
  })
}

export const useAddSource = (accountId: MaybeRefOrGetter<string>) =>
  useObservingMutation((body: NewSource) => unwrap(api.POST('/api/accounts/{id}/sources', { params: { path: { id: toValue(accountId) } }, body })))

export const useAddColumnSources = (accountId: MaybeRefOrGetter<string>) =>
  useObservingMutation(() => unwrap(api.POST('/api/accounts/{id}/sources/columns', { params: { path: { id: toValue(accountId) } } })))

export const useSaveSource = () =>
  useObservingMutation(({ id, ...body }: SourceChange & { id: string }) => unwrap(api.PUT('/api/sources/{id}', { params: { path: { id } }, body })))

/** What is done to a source as it stands; the version is the one that the person saw. */
export type SourceStep = 'read' | 'pause' | 'resume' | 'move' | 'remove'

export const useSourceStep = () =>
  useObservingMutation(async ({ id, version, step }: { id: string; version: number; step: SourceStep }) => {
    const call = { params: { path: { id } }, body: { version } }
    switch (step) {
      case 'read':
        return void (await unwrap(api.POST('/api/sources/{id}/read', call)))
      case 'pause':
        return void (await unwrap(api.POST('/api/sources/{id}/pause', call)))
      case 'resume':
        return void (await unwrap(api.POST('/api/sources/{id}/resume', call)))
      case 'move':
        return void (await unwrap(api.POST('/api/sources/{id}/move', call)))
      case 'remove':
        return void (await unwrap(api.POST('/api/sources/{id}/remove', call)))
    }
  })

/** Brings in a sheet of posts that people found; `check` only says what each row would do. */
export const useImportPosts = () =>
  useObservingMutation(({ file, check, note }: { file: File; check: boolean; note: string }) => {
    const form = new FormData()
    form.append('check', String(check))
    form.append('note', note)
    form.append('file', file, file.name)
    return unwrap(api.POST('/api/post-imports', { body: {} as never, bodySerializer: () => form }))
  })

export const useAnswerQuestion = () =>
  useObservingMutation(({ id, ...body }: QuestionReply & { id: string }) =>
    unwrap(api.POST('/api/post-questions/{id}/answer', { params: { path: { id } }, body })),
  )

/** How an account stands at Weibo, from what was noted: it calls nobody. */
export function useWeibo(accountId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => observingKeys.weibo(toValue(accountId))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/accounts/{id}/weibo', { params: { path: { id: toValue(accountId) } }, signal })),
    meta: { quiet: true },
  })
}

/** Where a person goes to authorise the account. */
export const useBeginWeibo = (accountId: MaybeRefOrGetter<string>) =>
  useObservingMutation(() => unwrap(api.POST('/api/accounts/{id}/weibo/authorize', { params: { path: { id: toValue(accountId) } } })))

export const useCheckWeibo = (accountId: MaybeRefOrGetter<string>) =>
  useObservingMutation(() => unwrap(api.POST('/api/accounts/{id}/weibo/check', { params: { path: { id: toValue(accountId) } } })))

export const useRevokeWeibo = (accountId: MaybeRefOrGetter<string>) =>
  useObservingMutation((version: number) =>
    unwrap(api.POST('/api/accounts/{id}/weibo/revoke', { params: { path: { id: toValue(accountId) } }, body: { version } })),
  )

/** Probes an account at its platform: only when it is asked for, by refetch, as each probe calls the platform. */
export function useHealth(accountId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => observingKeys.health(toValue(accountId))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/accounts/{id}/health', { params: { path: { id: toValue(accountId) } }, signal })),
    enabled: false,
    retry: false,
    meta: { quiet: true },
  })
}
