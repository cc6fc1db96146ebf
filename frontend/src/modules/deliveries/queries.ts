import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter, type Ref } from 'vue'
import { api, type GetAnswer, type ListItem, type PostAnswer, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'
import { useSession } from '@/stores/session'
import { awaitsMass, isMoving, isTakenDown } from './sentences'

export type Delivery = GetAnswer<'/api/deliveries/{id}'>
export type DeliveryRow = ListItem<'/api/deliveries'>
export type DeliveryStep = Delivery['steps'][number]
export type Package = GetAnswer<'/api/deliveries/{id}/package'>
export type Retraction = ListItem<'/api/articles/{id}/retractions'>
export type Queues = GetAnswer<'/api/delivery-queues'>
export type Sending = GetAnswer<'/api/deliveries/{id}/mass'>
export type Comparison = PostAnswer<'/api/deliveries/{id}/compare'>
export type PolicyView = GetAnswer<'/api/units/{id}/delivery-policy'>
export type HeldChoice = PostBody<'/api/held-deliveries/decide'>

export interface DeliveryFilter {
  state?: string
  action?: string
  queue?: string
  platform?: string
  account_id?: string
  article_id?: string
  cursor?: string
}

export const deliveryKeys = {
  all: ['deliveries'] as const,
  list: (filter: DeliveryFilter) => ['deliveries', 'list', filter] as const,
  one: (id: string) => ['deliveries', 'one', id] as const,
  sending: (id: string) => ['deliveries', 'sending', id] as const,
  package: (id: string) => ['deliveries', 'package', id] as const,
  retractions: (articleId: string) => ['deliveries', 'retractions', articleId] as const,
  queues: ['deliveries', 'queues'] as const,
  held: ['deliveries', 'held'] as const,
  policy: (unitId: string) => ['deliveries', 'policy', unitId] as const,
}

const watchEveryMs = 1500
const listEveryMs = 5000
const countEveryMs = 30_000

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
      if (!delivery) return false
      if (awaitsMass(delivery)) return listEveryMs
      if (isMoving(delivery, Date.now())) return watchEveryMs
      return isTakenDown(delivery) ? listEveryMs : false
    },
    staleTime: 0,
    meta: { quiet: true },
  })
}

/** What a mass sending of the delivery uses, and what was decided; it does not apply to most deliveries. */
export function useSending(id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: computed(() => deliveryKeys.sending(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/deliveries/{id}/mass', { params: { path: { id: toValue(id) } }, signal })),
    enabled: () => toValue(enabled),
    staleTime: 0,
    meta: { quiet: true },
  })
}

/** Decides whether a delivery goes to all followers. */
export function useDecideMass(id: MaybeRefOrGetter<string>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (choice: PostBody<'/api/deliveries/{id}/mass'>['choice']) =>
      unwrap(api.POST('/api/deliveries/{id}/mass', { params: { path: { id: toValue(id) } }, body: { choice } })),
    onSuccess: (delivery) => queries.setQueryData(deliveryKeys.one(toValue(id)), delivery),
    onSettled: useDeliveryRefresh(),
    meta: { quiet: true },
  })
}

/** Opens a public address and holds it against what was signed; keeps nothing. */
export function useCompare(id: MaybeRefOrGetter<string>) {
  return useMutation({
    mutationFn: (url: string) => unwrap(api.POST('/api/deliveries/{id}/compare', { params: { path: { id: toValue(id) } }, body: { url } })),
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

/** The orders to take an article down, each with its channels; asked again while one of them is open. */
export function useRetractions(articleId: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean> = true) {
  return useQuery({
    queryKey: computed(() => deliveryKeys.retractions(toValue(articleId))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/articles/{id}/retractions', { params: { path: { id: toValue(articleId) } }, signal })),
    enabled: () => toValue(enabled) && toValue(articleId) !== '',
    refetchInterval: (query) => (query.state.data?.items.some((order) => order.done_at === null) ? listEveryMs : false),
    meta: { quiet: true },
  })
}

/** How many deliveries wait for the person, by queue; asked for those only who may act on deliveries. */
export function useQueues() {
  const session = useSession()
  return useQuery({
    queryKey: deliveryKeys.queues,
    queryFn: ({ signal }) => unwrap(api.GET('/api/delivery-queues', { signal })),
    enabled: () => session.can('delivery.act'),
    refetchInterval: countEveryMs,
    meta: { quiet: true },
  })
}

/** How many deliveries an outage held back; the menu shows it. */
export function useHeldCount(): Readonly<Ref<number | undefined>> {
  const { data } = useQueues()
  return computed(() => data.value?.held)
}

/** The outages because of which something waits, with how much. */
export function useHeld() {
  return useQuery({
    queryKey: deliveryKeys.held,
    queryFn: ({ signal }) => unwrap(api.GET('/api/held-deliveries', { signal })),
    refetchInterval: countEveryMs,
    meta: { quiet: true },
  })
}

/** What holds for a unit after an outage. */
export function usePolicy(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => deliveryKeys.policy(toValue(unitId))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/units/{id}/delivery-policy', { params: { path: { id: toValue(unitId) } }, signal })),
    enabled: () => toValue(unitId) !== '',
    meta: { quiet: true },
  })
}

/** Gives a unit a policy of its own, or takes it away where there is none in the input. */
export function useSetPolicy(unitId: MaybeRefOrGetter<string>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: { version: number; policy?: Omit<PutBody<'/api/units/{id}/delivery-policy'>, 'version'> }) => {
      const params = { path: { id: toValue(unitId) } }
      if (!input.policy) return unwrap(api.POST('/api/units/{id}/delivery-policy/unset', { params, body: { version: input.version } }))
      return unwrap(api.PUT('/api/units/{id}/delivery-policy', { params, body: { ...input.policy, version: input.version } }))
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['deliveries', 'policy'] }),
    meta: { quiet: true },
  })
}

/** What a person can do with a delivery. */
export type DeliveryAct =
  | { act: 'cancel' | 'retry' | 'take_over'; version: number }
  | { act: 'confirm'; version: number; url: string }
  | { act: 'settle'; version: number; reason: string }
  | { act: 'confirm_retracted' | 'confirm_corrected'; version: number; evidence: string; at?: number; url?: string }

function perform(id: string, input: DeliveryAct): Promise<Delivery> {
  const params = { path: { id } }
  const { act, ...body } = input
  switch (input.act) {
    case 'cancel':
      return unwrap(api.POST('/api/deliveries/{id}/cancel', { params, body }))
    case 'retry':
      return unwrap(api.POST('/api/deliveries/{id}/retry', { params, body }))
    case 'take_over':
      return unwrap(api.POST('/api/deliveries/{id}/take-over', { params, body }))
    case 'confirm':
      return unwrap(api.POST('/api/deliveries/{id}/confirm', { params, body: { version: input.version, url: input.url } }))
    case 'settle':
      return unwrap(api.POST('/api/deliveries/{id}/settle', { params, body: { version: input.version, reason: input.reason } }))
    default: {
      const path = act === 'confirm_retracted' ? '/api/deliveries/{id}/retracted' : '/api/deliveries/{id}/corrected'
      return unwrap(api.POST(path, { params, body: body as PostBody<'/api/deliveries/{id}/corrected'> }))
    }
  }
}

/** Everything that a change of deliveries makes old. */
function useDeliveryRefresh() {
  const queries = useQueryClient()
  return () => {
    for (const key of ['deliveries', 'tasks', 'articles', 'accounts', 'dashboard', 'plan']) void queries.invalidateQueries({ queryKey: [key] })
  }
}

/** Acts on a delivery. Whatever came of it, what is shown is read anew: a refusal too means that it has moved on. */
export function useDeliveryAct(id: MaybeRefOrGetter<string>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: DeliveryAct) => perform(toValue(id), input),
    onSuccess: (delivery) => queries.setQueryData(deliveryKeys.one(toValue(id)), delivery),
    onSettled: useDeliveryRefresh(),
    meta: { quiet: true },
  })
}

/** Takes an article down, everywhere or where it is named. */
export function useRetract(articleId: MaybeRefOrGetter<string>) {
  return useMutation({
    mutationFn: (body: PostBody<'/api/articles/{id}/retract'>) =>
      unwrap(api.POST('/api/articles/{id}/retract', { params: { path: { id: toValue(articleId) } }, body })),
    onSettled: useDeliveryRefresh(),
    meta: { quiet: true },
  })
}

/** Decides about what an outage held back: about those named, or about all that the person may decide about. */
export function useDecide() {
  return useMutation({
    mutationFn: (body: HeldChoice) => unwrap(api.POST('/api/held-deliveries/decide', { body })),
    onSettled: useDeliveryRefresh(),
    meta: { quiet: true },
  })
}
