import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem } from '@/api/api'
import { unwrap } from '@/api/client'
import { isMoving } from './sentences'

export type Delivery = GetAnswer<'/api/deliveries/{id}'>
export type DeliveryRow = ListItem<'/api/deliveries'>
export type DeliveryStep = Delivery['steps'][number]
export type Package = GetAnswer<'/api/deliveries/{id}/package'>

export interface DeliveryFilter {
  state?: string
  platform?: string
  account_id?: string
  article_id?: string
  cursor?: string
}

export const deliveryKeys = {
  all: ['deliveries'] as const,
  list: (filter: DeliveryFilter) => ['deliveries', 'list', filter] as const,
  one: (id: string) => ['deliveries', 'one', id] as const,
  package: (id: string) => ['deliveries', 'package', id] as const,
}

const watchEveryMs = 1500
const listEveryMs = 5000

/** Leaves out what narrows nothing, since an empty value is no value of the API. */
function given(filter: DeliveryFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value)) as Record<string, string>
}

/** One page of deliveries; asked again while one of its rows is under way. */
export function useDeliveries(filter: MaybeRefOrGetter<DeliveryFilter>) {
  return useQuery({
    queryKey: computed(() => deliveryKeys.list(toValue(filter))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/deliveries', { params: { query: given(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.items.some((row) => isMoving(row, Date.now())) ? listEveryMs : false,
    meta: { quiet: true },
  })
}

/** One delivery with its steps; asked every second and a half while it moves and the page is seen. */
export function useDelivery(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => deliveryKeys.one(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/deliveries/{id}', { params: { path: { id: toValue(id) } }, signal })),
    refetchInterval: (query) => {
      const delivery = query.state.data
      return delivery && isMoving(delivery, Date.now()) ? watchEveryMs : false
    },
    staleTime: 0,
    meta: { quiet: true },
  })
}

/** The text of a delivery, ready to be copied into a platform's own editor. */
export function usePackage(id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: computed(() => deliveryKeys.package(toValue(id))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/deliveries/{id}/package', { params: { path: { id: toValue(id) } }, signal })),
    enabled: () => toValue(enabled),
    staleTime: Infinity,
    meta: { quiet: true },
  })
}

/** What a person can do with a delivery. */
export type DeliveryAct =
  | { act: 'cancel' | 'retry'; version: number }
  | { act: 'confirm'; version: number; url: string }
  | { act: 'settle'; version: number; reason: string }

function perform(id: string, input: DeliveryAct): Promise<Delivery> {
  const params = { path: { id } }
  switch (input.act) {
    case 'cancel':
      return unwrap(api.POST('/api/deliveries/{id}/cancel', { params, body: { version: input.version } }))
    case 'retry':
      return unwrap(api.POST('/api/deliveries/{id}/retry', { params, body: { version: input.version } }))
    case 'confirm':
      return unwrap(
        api.POST('/api/deliveries/{id}/confirm', { params, body: { version: input.version, url: input.url } }),
      )
    case 'settle':
      return unwrap(
        api.POST('/api/deliveries/{id}/settle', { params, body: { version: input.version, reason: input.reason } }),
      )
  }
}

/** Acts on a delivery. Whatever came of it, what is shown is read anew: a refusal too means that it has moved on. */
export function useDeliveryAct(id: MaybeRefOrGetter<string>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: DeliveryAct) => perform(toValue(id), input),
    onSuccess: (delivery) => queries.setQueryData(deliveryKeys.one(toValue(id)), delivery),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: deliveryKeys.all })
      void queries.invalidateQueries({ queryKey: ['tasks'] })
      void queries.invalidateQueries({ queryKey: ['articles'] })
      void queries.invalidateQueries({ queryKey: ['accounts'] })
      void queries.invalidateQueries({ queryKey: ['dashboard'] })
    },
    meta: { quiet: true },
  })
}
