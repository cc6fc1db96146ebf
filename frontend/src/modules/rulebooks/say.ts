import { zh } from '@/locales/zh-CN'
import { word } from '@/utils/words'
import type { Duration, Rulebook } from './queries'

type UpdateLimit = NonNullable<Rulebook['update_limits']>[number]

/** A period in the regulation's own unit: 1周, 15个工作日. */
export function sayDuration(duration: Duration): string {
  return `${duration.n}${word(zh.rulebooks.units, duration.unit)}`
}

/** What an update limit is about: 各类账号（微信服务号除外）, 动态要闻. */
export function sayTarget(limit: UpdateLimit): string {
  const name = (kind: string) => word(zh.rulebooks.limitKinds, kind)
  const target = word(zh.rulebooks.targets, limit.target)
  const kinds = limit.kinds.map((kind) => (kind === 'any' ? name(kind) + target : name(kind))).join('、')
  const except = limit.except?.length ? `（${zh.rulebooks.except(limit.except.map(name).join('、'))}）` : ''
  return kinds + except + (limit.column_level === 1 ? zh.rulebooks.topColumns : '')
}

/** How firmly something is demanded; what says nothing demands it. */
export const sayStrength = (strength: string | undefined): string => word(zh.rulebooks.strengths, strength || 'must')

export const sayRoles = (roles: readonly string[]): string =>
  roles.map((role) => word(zh.rulebooks.roleNames, role)).join('或')

/** What a public notice announces: 新媒体账号、网站的变更、关停. */
export function sayNotice(processes: readonly string[], objects: readonly string[]): string {
  const what = objects.map((object) => word(zh.rulebooks.objects, object)).join('、')
  return `${what}的${processes.map((process) => word(zh.rulebooks.processes, process)).join('、')}`
}
