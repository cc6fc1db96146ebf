import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'
import { recordKeys } from '@/modules/accounts/record'

export type Application = GetAnswer<'/api/applications/{id}'>
export type ApplicationLine = ListItem<'/api/applications'>
export type Step = Application['steps'][number]
export type Lack = Application['lacks'][number]
export type Attachment = Application['files'][number]
export type Ending = Application['ending']
export type EndingStep = Application['ending_steps'][number]
export type Opening = ListItem<'/api/openings'>
export type NewApplication = PostBody<'/api/applications'>
export type ApplicationForm = PutBody<'/api/applications/{id}'>
export type StageForm = PostBody<'/api/applications/{id}/do'>
export type Violation = ListItem<'/api/violations'>
export type Crowd = ListItem<'/api/consolidation'>
export type Registration = ListItem<'/api/registrations'>

/** What narrows and pages the list of applications, by the names of the API. */
export type ApplicationFilter = Record<string, string>

const mostRows = 100

const given = (filter: ApplicationFilter): ApplicationFilter => Object.fromEntries(Object.entries(filter).filter(([, value]) => value))

export function useApplications(filter: MaybeRefOrGetter<ApplicationFilter>, enabled: MaybeRefOrGetter<boolean> = true) {
  return useQuery({
    queryKey: computed(() => ['applications', 'list', toValue(filter)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/applications', { params: { query: given(toValue(filter)) as never }, signal })),
    enabled: () => toValue(enabled),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useApplication(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['applications', 'one', toValue(id)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/applications/{id}', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

/** What a unit may apply for under the chains that hold now; nothing is asked before a unit is chosen. */
export function useOpenings(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['applications', 'openings', toValue(unitId)] as const),
    queryFn: async ({ signal }) => (await unwrap(api.GET('/api/openings', { params: { query: { unit_id: toValue(unitId) } }, signal }))).items,
    enabled: () => toValue(unitId) !== '',
    staleTime: 60_000,
    meta: { quiet: true },
  })
}

/** An account as the register has it; nothing is asked without one. */
export function useAccountRecord(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => recordKeys.one(toValue(id))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/accounts/{id}/record', { params: { path: { id: toValue(id) } }, signal })),
    enabled: () => toValue(id) !== '',
    meta: { quiet: true },
  })
}

/** The accounts of a unit and those below it that are not closed; of many, those that a text finds. */
export function useUnitAccounts(unitId: MaybeRefOrGetter<string>, text: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['accounts', 'of-unit', toValue(unitId), toValue(text)] as const),
    queryFn: async ({ signal }) => {
      const query = given({ unit_id: toValue(unitId), q: toValue(text).trim(), per_page: String(mostRows) }) as never
      return (await unwrap(api.GET('/api/accounts', { params: { query }, signal }))).items.filter((account) => account.state !== 'closed')
    },
    enabled: () => toValue(unitId) !== '',
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useRegistrations(filter: MaybeRefOrGetter<ApplicationFilter>, enabled: MaybeRefOrGetter<boolean> = true) {
  return useQuery({
    queryKey: computed(() => ['applications', 'registrations', toValue(filter)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/registrations', { params: { query: given(toValue(filter)) as never }, signal })),
    enabled: () => toValue(enabled),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useViolations(filter: MaybeRefOrGetter<ApplicationFilter>) {
  return useQuery({
    queryKey: computed(() => ['applications', 'violations', toValue(filter)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/violations', { params: { query: given(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useCrowds(filter: MaybeRefOrGetter<ApplicationFilter>) {
  return useQuery({
    queryKey: computed(() => ['applications', 'crowds', toValue(filter)] as const),
    queryFn: ({ signal }) => unwrap(api.GET('/api/consolidation', { params: { query: given(toValue(filter)) as never }, signal })),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** An application moves the register, its clocks and what waits for people; what shows them is old after it. */
function useApplicationMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['applications', 'accounts', 'notices', 'dashboard', 'tasks']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

export const useApply = () => useApplicationMutation((body: NewApplication) => unwrap(api.POST('/api/applications', { body })))

const at = (id: MaybeRefOrGetter<string>) => ({ path: { id: toValue(id) } })

export const useSaveApplication = (id: MaybeRefOrGetter<string>) =>
  useApplicationMutation((body: ApplicationForm) => unwrap(api.PUT('/api/applications/{id}', { params: at(id), body })))

/** Does a step, hands the application in, or ends it at a step. */
export const useDoStage = (id: MaybeRefOrGetter<string>) =>
  useApplicationMutation(({ refuse, body }: { refuse: boolean; body: StageForm }) =>
    refuse
      ? unwrap(api.POST('/api/applications/{id}/refuse', { params: at(id), body }))
      : unwrap(api.POST('/api/applications/{id}/do', { params: at(id), body })),
  )

export const useReturn = (id: MaybeRefOrGetter<string>) =>
  useApplicationMutation((body: { version: number; reason: string }) => unwrap(api.POST('/api/applications/{id}/return', { params: at(id), body })))

export const useWithdraw = (id: MaybeRefOrGetter<string>) =>
  useApplicationMutation((body: { version: number; reason: string }) => unwrap(api.POST('/api/applications/{id}/withdraw', { params: at(id), body })))

export const useResume = (id: MaybeRefOrGetter<string>) =>
  useApplicationMutation((body: { version: number }) => unwrap(api.POST('/api/applications/{id}/resume', { params: at(id), body })))

export const useWaive = (id: MaybeRefOrGetter<string>) =>
  useApplicationMutation((body: PostBody<'/api/applications/{id}/waive'>) => unwrap(api.POST('/api/applications/{id}/waive', { params: at(id), body })))

export const useBackOnline = (id: MaybeRefOrGetter<string>) =>
  useApplicationMutation((body: PostBody<'/api/applications/{id}/back'>) => unwrap(api.POST('/api/applications/{id}/back', { params: at(id), body })))
