import { zh } from '@/locales/zh-CN'
import { word } from '@/utils/words'
import type { Amount, Duration, Rulebook } from './queries'

type UpdateLimit = NonNullable<Rulebook['update_limits']>[number]

/** A period in the regulation's own unit: 1周, 15个工作日. */
export function sayDuration(duration: Duration): string {
  return `${duration.n}${word(zh.rulebooks.units, duration.unit)}`
}

/** What a figure says: 1周, 30, 1月31日. */
export function sayAmount(amount: Amount): string {
  if (amount.period) return sayDuration(amount.period)
  if (amount.date) return zh.rulebooks.says.monthDay(amount.date.month, amount.date.day)
  return String(amount.number ?? 0)
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
  roles.map((role) => word(zh.rulebooks.roleNames, role)).join(zh.rulebooks.or)

/** Words of the rulebook's own lists, joined. */
export const sayCodes = (codes: readonly string[] | undefined): string =>
  (codes ?? []).map((code) => word(zh.rulebooks.codes, code)).join('、')

export const sayObjects = (objects: readonly string[] | undefined): string =>
  (objects ?? []).map((object) => word(zh.rulebooks.objects, object)).join('、')

/** What a public notice announces, or an approval is about: 新媒体账号、网站的变更、关停. */
export function sayNotice(processes: readonly string[], objects: readonly string[]): string {
  return `${sayObjects(objects)}的${processes.map((process) => word(zh.rulebooks.processes, process)).join('、')}`
}

/** 每季度, or that 定期 gives no figure. */
export function sayPeriod(period: string | undefined): string {
  if (!period) return ''
  return period === 'periodic' ? zh.rulebooks.says.periodic : zh.rulebooks.says.everyPeriod(word(zh.rulebooks.periods, period))
}
