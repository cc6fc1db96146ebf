import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'
import type { PreviewAsk } from './matter'

export type Startable = ListItem<'/api/duties'>
export type Matter = ListItem<'/api/matters'>
export type NewMatter = PostBody<'/api/matters'>
export type Preview = GetAnswer<'/api/duties/due'>
export type PeriodLine = ListItem<'/api/periods'>
export type Act = ListItem<'/api/acts'>
export type NewAct = PostBody<'/api/acts'>
export type Roster = GetAnswer<'/api/roster'>
export type Shift = Roster['shifts'][number]
export type RosterChange = PutBody<'/api/roster'>
export type WeekList = GetAnswer<'/api/thursday'>
export type WeekThing = WeekList['things'][number]
export type WeekClock = WeekThing['clocks'][number]

export interface MatterFilter {
  unit_id?: string
  rulebook?: string
  section?: string
  state?: string
  q?: string
  order?: string
  cursor?: string
}

export const dutyKeys = {
  all: ['duties'] as const,
  matters: (filter: MatterFilter) => ['duties', 'matters', filter] as const,
  matter: (id: string) => ['duties', 'matter', id] as const,
}

function given(filter: object): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value)) as Record<string, string>
}

export function useMatters(filter: MaybeRefOrGetter<MatterFilter>) {
  return useQuery({
    queryKey: computed(() => dutyKeys.matters(toValue(filter))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/matters', { params: { query: given(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useMatter(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => dutyKeys.matter(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/matters/{id}', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

/** What was done with a matter, the latest first, as the audit chain keeps it. */
export function useMatterAudit(id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: computed(() => ['duties', 'audit', toValue(id)] as const),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/audit', { params: { query: { object_kind: 'matter', object_id: toValue(id), per_page: 50 } }, signal })),
    enabled: () => toValue(enabled),
    meta: { quiet: true },
  })
}

/** The rules under which something can be registered for a unit now. */
export function useStartables(unitId: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: computed(() => ['duties', 'rules', toValue(unitId)] as const),
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET('/api/duties', { params: { query: { unit_id: toValue(unitId) } }, signal }))).items,
    enabled: () => toValue(enabled) && toValue(unitId) !== '',
    staleTime: 60_000,
    meta: { quiet: true },
  })
}

/** What a new matter would be; a refusal is the error. Nothing is asked while `ask` is null. */
export function usePreview(ask: MaybeRefOrGetter<PreviewAsk | null>) {
  return useQuery({
    queryKey: computed(() => ['duties', 'preview', toValue(ask)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/duties/due', { params: { query: toValue(ask)! }, signal })),
    enabled: () => toValue(ask) !== null,
    retry: false,
    gcTime: 0,
    meta: { quiet: true },
  })
}

/** A change of a duty moves clocks, so what shows clocks is old after it. */
function useDutyMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['duties', 'dashboard', 'tasks']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

export const useOpenMatter = () => useDutyMutation((body: NewMatter) => unwrap(api.POST('/api/matters', { body })))

export const useFinishMatter = (id: MaybeRefOrGetter<string>) =>
  useDutyMutation((body: PostBody<'/api/matters/{id}/finish'>) =>
    unwrap(api.POST('/api/matters/{id}/finish', { params: { path: { id: toValue(id) } }, body })),
  )

export const useVoidMatter = (id: MaybeRefOrGetter<string>) =>
  useDutyMutation((body: PostBody<'/api/matters/{id}/void'>) =>
    unwrap(api.POST('/api/matters/{id}/void', { params: { path: { id: toValue(id) } }, body })),
  )

export const useCorrectMatter = (id: MaybeRefOrGetter<string>) =>
  useDutyMutation((body: PostBody<'/api/matters/{id}/correct'>) =>
    unwrap(api.POST('/api/matters/{id}/correct', { params: { path: { id: toValue(id) } }, body })),
  )

export function usePeriods(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['duties', 'periods', toValue(unitId)] as const),
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET('/api/periods', { params: { query: { unit_id: toValue(unitId) } }, signal }))).items,
    enabled: () => toValue(unitId) !== '',
    meta: { quiet: true },
  })
}

export interface ActFilter {
  unit_id: string
  rulebook: string
  section: string
  rule: string
  cursor: string
}

export function useActs(filter: MaybeRefOrGetter<ActFilter>, enabled: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: computed(() => ['duties', 'acts', toValue(filter)] as const),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/acts', { params: { query: { ...given(toValue(filter)), per_page: 10 } as never }, signal })),
    enabled: () => toValue(enabled),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export const useRecordAct = () => useDutyMutation((body: NewAct) => unwrap(api.POST('/api/acts', { body })))

export const useVoidAct = () =>
  useDutyMutation((input: { id: string; version: number; reason: string }) => {
    const { id, ...body } = input
    return unwrap(api.POST('/api/acts/{id}/void', { params: { path: { id } }, body }))
  })

export function useRoster(unitId: MaybeRefOrGetter<string>, span: MaybeRefOrGetter<{ from_at: number; until_at: number }>) {
  return useQuery({
    queryKey: computed(() => ['duties', 'roster', toValue(unitId), toValue(span)] as const),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/roster', { params: { query: { unit_id: toValue(unitId), ...toValue(span) } }, signal })),
    enabled: () => toValue(unitId) !== '',
    meta: { quiet: true },
  })
}

export const useSetRoster = () => useDutyMutation((body: RosterChange) => unwrap(api.PUT('/api/roster', { body })))

export function useThursday(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['duties', 'thursday', toValue(unitId)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/thursday', { params: { query: { unit_id: toValue(unitId) } }, signal })),
    enabled: () => toValue(unitId) !== '',
    meta: { quiet: true },
  })
}
