import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type PostAnswer } from '@/api/api'
import { unwrap } from '@/api/client'

export type Series = GetAnswer<'/api/series/{id}'>
export type SeriesArticle = Series['articles'][number]
export type Choices = GetAnswer<'/api/series-choices'>
export type Choice = Choices['articles'][number]
export type Preview = PostAnswer<'/api/series/preview'>

const key = ['series'] as const

/** What a unit can make a message of. */
export function useChoices(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => [...key, 'choices', toValue(unitId)]),
    queryFn: ({ signal }) => unwrap(api.GET('/api/series-choices', { params: { query: { unit_id: toValue(unitId) } }, signal })),
    enabled: () => toValue(unitId) !== '',
    meta: { quiet: true },
  })
}

/** The message as its readers will see it, and what stands against it; asked again when the articles or their order change. */
export function useSeriesPreview(accountId: MaybeRefOrGetter<string>, ids: MaybeRefOrGetter<string[]>) {
  return useQuery({
    queryKey: computed(() => [...key, 'preview', toValue(accountId), toValue(ids)]),
    queryFn: ({ signal }) =>
      unwrap(
        api.POST('/api/series/preview', {
          body: { account_id: toValue(accountId), articles: toValue(ids).map((id) => ({ id, version: 0 })) },
          signal,
        }),
      ),
    enabled: () => toValue(accountId) !== '' && toValue(ids).length > 0,
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** Something becomes of the message without anybody doing anything. */
function isMoving(series: Series | undefined): boolean {
  const due = (series?.due_at ?? 0) <= Date.now()
  return series?.articles.some((one) => one.state === 'prepared' || one.state === 'submitted' || (due && one.state === 'scheduled')) ?? false
}

/** One message of several articles; asked again every ten seconds while it is under way. */
export function useSeries(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => [...key, 'one', toValue(id)]),
    queryFn: ({ signal }) => unwrap(api.GET('/api/series/{id}', { params: { path: { id: toValue(id) } }, signal })),
    enabled: () => toValue(id) !== '',
    refetchInterval: (query) => (isMoving(query.state.data) ? 10_000 : false),
    meta: { quiet: true },
  })
}

/** Every list that shows articles or deliveries may look otherwise after a change of a message. */
function useTold() {
  const client = useQueryClient()
  return () => client.invalidateQueries()
}

export function useCombine() {
  return useMutation({
    mutationFn: (body: { account_id: string; articles: { id: string; version: number }[]; at?: number }) => unwrap(api.POST('/api/series', { body })),
    onSettled: useTold(),
  })
}

export function useArrange() {
  return useMutation({
    mutationFn: ({ series, ids }: { series: Series; ids: string[] }) =>
      unwrap(api.POST('/api/series/{id}/arrange', { params: { path: { id: series.id } }, body: { version: series.version, delivery_ids: ids } })),
    onSettled: useTold(),
  })
}

export function useMoveSeries() {
  return useMutation({
    mutationFn: ({ series, at }: { series: Series; at: number }) =>
      unwrap(api.POST('/api/series/{id}/reschedule', { params: { path: { id: series.id } }, body: { version: series.version, at } })),
    onSettled: useTold(),
  })
}

export function useCancelSeries() {
  return useMutation({
    mutationFn: (series: Series) => unwrap(api.POST('/api/series/{id}/cancel', { params: { path: { id: series.id } }, body: { version: series.version } })),
    onSettled: useTold(),
  })
}

/** Lets the others of a message go out after one was taken down. */
export function useGoOn() {
  return useMutation({
    mutationFn: async (deliveryId: string) => {
      const { version } = await unwrap(api.GET('/api/deliveries/{id}', { params: { path: { id: deliveryId } } }))
      return unwrap(api.POST('/api/deliveries/{id}/retry', { params: { path: { id: deliveryId } }, body: { version } }))
    },
    onSettled: useTold(),
  })
}
