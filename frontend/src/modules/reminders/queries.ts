import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostAnswer, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'

export type SettingsView = GetAnswer<'/api/reminders/settings'>
export type Settings = SettingsView['settings']
export type SectionReminder = Settings['sections'][number]
export type Lead = SectionReminder['leads'][number]
export type Message = ListItem<'/api/reminders/history'>
export type Hook = ListItem<'/api/reminders/hooks'>
export type MadeHook = PostAnswer<'/api/reminders/hooks'>
export type NewHook = PostBody<'/api/reminders/hooks'>
export type Mute = ListItem<'/api/reminders/mutes'>
export type NewMute = PostBody<'/api/reminders/mutes'>
export type Burden = GetAnswer<'/api/reminders/burden'>

type Id = MaybeRefOrGetter<string>

function useOfUnit<Answer>(name: string, unitId: Id, ask: (query: { unit_id: string }, signal: AbortSignal) => Promise<Answer>) {
  return useQuery({
    queryKey: computed(() => ['reminders', name, toValue(unitId)] as const),
    queryFn: ({ signal }) => ask({ unit_id: toValue(unitId) }, signal),
    enabled: () => toValue(unitId) !== '',
    meta: { quiet: true },
  })
}

export const useSettings = (unitId: Id) =>
  useOfUnit('settings', unitId, (query, signal) => unwrap(api.GET('/api/reminders/settings', { params: { query }, signal })))

export const useHooks = (unitId: Id) =>
  useOfUnit('hooks', unitId, async (query, signal) => (await unwrap(api.GET('/api/reminders/hooks', { params: { query }, signal }))).items)

export const useMutes = (unitId: Id) =>
  useOfUnit('mutes', unitId, async (query, signal) => (await unwrap(api.GET('/api/reminders/mutes', { params: { query }, signal }))).items)

export interface HistoryFilter {
  unit_id: string
  below: boolean
  state: string
  channel: string
  kind: string
  cursor: string
}

export function useHistory(filter: MaybeRefOrGetter<HistoryFilter>) {
  return useQuery({
    queryKey: computed(() => ['reminders', 'history', toValue(filter)] as const),
    queryFn: ({ signal }) => {
      const query = Object.fromEntries(Object.entries(toValue(filter)).filter(([, value]) => value))
      return unwrap(api.GET('/api/reminders/history', { params: { query: query as never }, signal }))
    },
    enabled: () => toValue(filter).unit_id !== '',
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useBurden(unitId: Id, month: Id) {
  return useQuery({
    queryKey: computed(() => ['reminders', 'burden', toValue(unitId), toValue(month)] as const),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/reminders/burden', { params: { query: { unit_id: toValue(unitId), month: toValue(month) || undefined } }, signal })),
    enabled: () => toValue(unitId) !== '',
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

export function useEmail() {
  return useQuery({
    queryKey: ['reminders', 'email'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/session/email', { signal })),
    meta: { quiet: true },
  })
}

function useReminderMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['reminders', 'tasks']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

export const useSetReminders = () =>
  useReminderMutation((body: PutBody<'/api/reminders/settings'>) => unwrap(api.PUT('/api/reminders/settings', { body })))

export const useUnsetReminders = () =>
  useReminderMutation((query: { unit_id: string; version: number }) =>
    unwrap(api.DELETE('/api/reminders/settings', { params: { query } })),
  )

export const useCreateHook = () => useReminderMutation((body: NewHook) => unwrap(api.POST('/api/reminders/hooks', { body })))

export const useSaveHook = () =>
  useReminderMutation((input: PutBody<'/api/reminders/hooks/{id}'> & { id: string }) => {
    const { id, ...body } = input
    return unwrap(api.PUT('/api/reminders/hooks/{id}', { params: { path: { id } }, body }))
  })

export const useRemoveHook = () =>
  useReminderMutation((input: { id: string; version: number }) =>
    unwrap(api.POST('/api/reminders/hooks/{id}/remove', { params: { path: { id: input.id } }, body: { version: input.version } })),
  )

export const useTestHook = () =>
  useReminderMutation((id: string) => unwrap(api.POST('/api/reminders/hooks/{id}/test', { params: { path: { id } } })))

export const useMute = () => useReminderMutation((body: NewMute) => unwrap(api.POST('/api/reminders/mutes', { body })))

export const useUnmute = () =>
  useReminderMutation((input: { id: string; version: number }) =>
    unwrap(api.POST('/api/reminders/mutes/{id}/end', { params: { path: { id: input.id } }, body: { version: input.version } })),
  )

/** 知道了. */
export const useReadNotice = () =>
  useReminderMutation((id: string) => unwrap(api.POST('/api/reminders/{id}/read', { params: { path: { id } } })))

export const useSetEmail = () => useReminderMutation((email: string) => unwrap(api.PUT('/api/session/email', { body: { email } })))
