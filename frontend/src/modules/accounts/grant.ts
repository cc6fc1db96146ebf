import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer } from '@/api/api'
import { unwrap } from '@/api/client'
import { zh } from '@/locales/zh-CN'
import { formatTime } from '@/utils/time'
import { word, type Shown } from '@/utils/words'

export type GrantView = GetAnswer<'/api/accounts/{id}/wechat/grant'>

const keyOf = (accountId: string) => ['accounts', 'grant', accountId] as const

/** The way an account is bound, and what it granted. */
export function useGrant(accountId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => keyOf(toValue(accountId))),
    queryFn: ({ signal }) => unwrap(api.GET('/api/accounts/{id}/wechat/grant', { params: { path: { id: toValue(accountId) } }, signal })),
    meta: { quiet: true },
  })
}

function useGrantMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['accounts', 'dashboard']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

/** Asks for WeChat's page; nothing here changes by it. */
export const useBeginGrant = (accountId: MaybeRefOrGetter<string>) =>
  useMutation({
    mutationFn: () => unwrap(api.POST('/api/accounts/{id}/wechat/grant/begin', { params: { path: { id: toValue(accountId) } } })),
    meta: { quiet: true },
  })

export const useCheckGrant = (accountId: MaybeRefOrGetter<string>) =>
  useGrantMutation(() => unwrap(api.POST('/api/accounts/{id}/wechat/grant/check', { params: { path: { id: toValue(accountId) } } })))

export const useEndGrant = (accountId: MaybeRefOrGetter<string>) =>
  useGrantMutation((version: number) =>
    unwrap(api.POST('/api/accounts/{id}/wechat/grant/end', { params: { path: { id: toValue(accountId) } }, body: { version } })),
  )

/** The word and tone in which an account is bound. */
export function shownGrant(view: Pick<GrantView, 'way' | 'alarm' | 'grant'>): Shown {
  const say = (name: string, tone: Shown['tone']): Shown => ({ label: word(zh.grants.ways, name), tone })
  if (view.alarm.level !== '') return say(view.alarm.level, 'bad')
  if (view.grant?.state === 'unread') return say('unread', 'warn')
  return say(view.way, view.way === 'none' ? 'warn' : 'good')
}

/** What is known of the account that granted, by name; nothing where none did. */
export function factsOfGrant(grant: GrantView['grant']): [string, string][] {
  if (grant === null) return []
  const words = zh.grants
  const facts: [string, string][] = [
    [words.account, [grant.nickname, grant.app_id].filter(Boolean).join(' · ')],
    [words.originalId, grant.original_id],
    [words.principal, grant.principal],
    [words.authorisedAt, formatTime(grant.authorised_at)],
    [words.checkedAt, formatTime(grant.checked_at)],
  ]
  return facts.filter(([, value]) => value !== '')
}

export const shownSet = (set: GrantView['sets'][number]): Shown => ({
  label: set.granted ? zh.grants.granted : zh.grants.missing,
  tone: set.granted ? 'good' : set.needed ? 'bad' : 'warn',
})
