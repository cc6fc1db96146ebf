import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { ElMessage } from 'element-plus'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type PostAnswer } from '@/api/api'
import { unwrap } from '@/api/client'
import { zh } from '@/locales/zh-CN'
import { useHealth, type Health } from '@/modules/observing/queries'
import { showProblem } from '@/setup/errors'
import { formatSeconds } from '@/utils/time'
import { useAccountMutation, type Account } from './queries'

export type WeChatView = GetAnswer<'/api/accounts/{id}/wechat'>
export type AppView = GetAnswer<'/api/accounts/{id}/app'>
export type AppSecrets = PostAnswer<'/api/accounts/{id}/app/rotate'>
export type AccountAlarm = GetAnswer<'/api/account-alarms'>['items'][number]

const askEveryMs = 60_000

/** What people must see to at the platforms; asks no platform. */
export function useAccountAlarms(enabled: MaybeRefOrGetter<boolean> = true) {
  return useQuery({
    queryKey: ['accounts', 'alarms'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/account-alarms', { signal })),
    enabled: () => toValue(enabled),
    refetchInterval: askEveryMs,
    meta: { quiet: true },
  })
}

/** How an account is set up for WeChat's interfaces, without any secret. */
export function useWeChat(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['accounts', 'wechat', toValue(id)]),
    queryFn: ({ signal }) => unwrap(api.GET('/api/accounts/{id}/wechat', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

/** How an account's app is set up, without any secret. */
export function useApp(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['accounts', 'app', toValue(id)]),
    queryFn: ({ signal }) => unwrap(api.GET('/api/accounts/{id}/app', { params: { path: { id: toValue(id) } }, signal })),
    meta: { quiet: true },
  })
}

/** Makes a new signing secret, answered once. The answer is not kept among the queries. */
export const useRotateApp = (id: MaybeRefOrGetter<string>) =>
  useAccountMutation((version: number) => unwrap(api.POST('/api/accounts/{id}/app/rotate', { params: { path: { id: toValue(id) } }, body: { version } })))

/** Ends a change of secrets: the old one no longer counts. */
export const useSettleApp = (id: MaybeRefOrGetter<string>) =>
  useAccountMutation((version: number) => unwrap(api.POST('/api/accounts/{id}/app/settle', { params: { path: { id: toValue(id) } }, body: { version } })))

/** Sends the app's server a test that publishes nothing; with the right answer its address becomes active. */
export function usePingApp(id: MaybeRefOrGetter<string>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/accounts/{id}/app/ping', { params: { path: { id: toValue(id) } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['accounts', 'app', toValue(id)] }),
    meta: { quiet: true },
  })
}

/** What a probe says against the credentials themselves; undefined where they are taken. */
export const refusedToken = (health: Pick<Health, 'lines'>): Health['lines'][number] | undefined => health.lines.find((line) => line.name === 'token' && line.level === 'bad')

/**
 * Tests what was just saved in a dialog, and says how it went: an app's address and secret, WeChat's secret. Does nothing for what
 * cannot be tested yet.
 */
export function useTestSaved(account: MaybeRefOrGetter<Account>) {
  const ping = usePingApp(() => toValue(account).id)
  const health = useHealth(() => toValue(account).id)

  async function probe(): Promise<void> {
    const { data } = await health.refetch()
    const refused = data && refusedToken(data)
    if (refused) ElMessage({ type: 'warning', message: zh.accounts.binding.refused(refused.sentence), duration: 0, showClose: true })
    else if (data) ElMessage.success(zh.accounts.binding.taken)
  }

  return async (saved: { endpoint: unknown; secret: boolean }): Promise<void> => {
    const { platform, mode } = toValue(account)
    if (mode !== 'auto' || !saved.secret) return
    if (platform === 'wechat') return probe()
    if (platform !== 'app' || !saved.endpoint) return
    try {
      ElMessage.success(zh.platforms.app.pinged(formatSeconds((await ping.mutateAsync()).at)))
    } catch (problem) {
      showProblem(problem)
    }
  }
}
