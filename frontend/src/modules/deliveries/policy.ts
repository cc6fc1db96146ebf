import { zh } from '@/locales/zh-CN'

export type AfterOutage = 'ask' | 'send' | 'drop'

export interface Policy {
  after_outage: AfterOutage
  outage_minutes: number
  late_minutes: number
}

/** The longest time that a unit can set, in minutes: a day. */
export const mostMinutes = 24 * 60

const usable = (minutes: number) => Number.isInteger(minutes) && minutes >= 1 && minutes <= mostMinutes

/** Whether both times are whole minutes between one and a day. */
export const isPolicy = (policy: Policy): boolean => usable(policy.outage_minutes) && usable(policy.late_minutes)

/** What a unit wants done after an outage, as a sentence. */
export function sayPolicy(policy: Policy): string {
  const words = zh.deliveries.policy
  return words.after(policy.outage_minutes) + words.says[policy.after_outage](policy.late_minutes)
}
