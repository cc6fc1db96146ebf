import { zh } from '@/locales/zh-CN'
import { formatRemaining, formatTime } from '@/utils/time'
import { word, type Shown } from '@/utils/words'
import type { Health, WeiboView } from './queries'
import { webUrl } from './sources'

const stateTones: Record<string, Shown['tone']> = { ok: 'good', expired: 'bad', refused: 'bad', wrong_user: 'bad', unread: 'warn' }

/** The word and tone in which the authorisation of an account stands. */
export function shownWeibo(view: Pick<WeiboView, 'app_key' | 'authorised' | 'binding' | 'alarm'>): Shown {
  const words = zh.observing.platform.states
  const say = (name: string, tone: Shown['tone']): Shown => ({ label: word(words, name), tone })
  if (!view.authorised) return say(view.app_key === '' ? 'noApp' : 'none', 'warn')
  if (view.alarm.level in stateTones) return say(view.alarm.level, 'bad') // it may have ended since it was looked at
  if (view.binding === null) return say('unchecked', 'wait')
  const soon = view.binding.state === 'ok' && view.alarm.level !== ''
  return say(view.binding.state, soon ? 'warn' : (stateTones[view.binding.state] ?? 'plain'))
}

/** When the authorisation ends and how long that is; 0 stands for not known. */
export function sayExpiry(at: number, now: number): string {
  const words = zh.observing.platform
  if (at === 0) return words.expiresUnknown
  return at <= now ? words.expired(formatTime(at)) : words.left(formatTime(at), formatRemaining(at, now))
}

/** The instant in words, or what is said where there is none; 0 stands for none. */
export const sayInstant = (at: number, none: string): string => (at === 0 ? none : formatTime(at))

/** Whether the app may use a way out at Weibo, as far as it is known. */
export function shownRoute(route: WeiboView['routes'][number]): Shown {
  const words = zh.observing.platform.route
  if (!route.known) return { label: words.unknown, tone: 'plain' }
  return route.granted ? { label: words.granted, tone: 'good' } : { label: words.refused, tone: 'warn' }
}

/** The page to send the person to; empty when it is no web page, and nothing is opened. */
export const authorisePage = (url: string): string => webUrl(url)

const levelTones: Record<string, Shown['tone']> = { ok: 'good', warn: 'warn', bad: 'bad', unknown: 'plain' }

export const shownLevel = (level: string): Shown => ({ label: word(zh.observing.platform.levels, level), tone: levelTones[level] ?? 'plain' })

/** The lines of a probe, the worst first; those that stand alike keep their order. */
export function worstFirst(lines: Health['lines']): Health['lines'] {
  const weight = (level: string) => ['bad', 'warn', 'unknown', 'ok'].indexOf(level)
  return [...lines].sort((a, b) => weight(a.level) - weight(b.level))
}
