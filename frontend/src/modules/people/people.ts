import { zh } from '@/locales/zh-CN'
import { formatDate } from '@/utils/time'
import { beijingTyped } from '@/utils/beijing'
import type { Shown } from '@/utils/words'
import { word } from '@/utils/words'
import type { Filing, Handover, PersonLine } from './queries'

export const roleName = (role: string): string => word(zh.reminders.roles, role)

/** What somebody is and where, in one line for each unit. */
export function rolesByUnit(person: Pick<PersonLine, 'roles'>): { unit: string; name: string; roles: string }[] {
  const units = new Map<string, { unit: string; name: string; roles: string[] }>()
  for (const { unit_id: unit, unit_name: name, role } of person.roles ?? []) {
    const one = units.get(unit) ?? { unit, name, roles: [] }
    one.roles.push(roleName(role))
    units.set(unit, one)
  }
  return [...units.values()].map(({ roles, ...one }) => ({ ...one, roles: roles.join('、') }))
}

/** How somebody stands: disabled, locked for a while, or in use. */
export function shownPerson(person: Pick<PersonLine, 'disabled_at' | 'locked_until' | 'must_change'>, now: number): Shown {
  if (person.disabled_at !== null) return { label: zh.people.states.disabled!, tone: 'plain' }
  if (person.locked_until !== null && person.locked_until > now) return { label: zh.people.locked, tone: 'warn' }
  if (person.must_change) return { label: zh.people.mustChange, tone: 'wait' }
  return { label: zh.people.states.active!, tone: 'good' }
}

const handoverTones = { open: 'moving', done: 'good', void: 'plain' } as const

export const shownHandover = (state: string): Shown => ({
  label: word(zh.people.handovers.states, state),
  tone: handoverTones[state as keyof typeof handoverTones] ?? 'plain',
})

/** How far a hand-over has come. */
export function progress(handover: Pick<Handover, 'items'>): string {
  return zh.people.handovers.progress(handover.items.filter((item) => item.done_on !== null).length, handover.items.length)
}

const filingTones = { open: 'warn', filed: 'wait', received: 'good' } as const

export const shownFiling = (state: string): Shown => ({
  label: word(zh.people.filings.states, state),
  tone: filingTones[state as keyof typeof filingTones] ?? 'plain',
})

/** What a filing tells, as one line. */
export function sayItems(filing: Pick<Filing, 'items'>): string {
  return filing.items.map(({ name, value }) => `${name}：${value || zh.people.filings.blank}`).join('，')
}

/** The day of an instant as a day field has it: 2026-11-22. */
export const dayOf = (instant: number | null | undefined): string => (instant ? formatDate(instant) : '')

/** The beginning of a day that was typed, 0 for none: the server then says what is wrong. */
export const dayTyped = (text: string): number => beijingTyped(`${text}T00:00`) ?? 0

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789'

/** A first password that nobody has thought of: no letters that look alike, about 80 bits. */
export function newPassword(): string {
  const bytes = crypto.getRandomValues(new Uint32Array(14))
  return [...bytes].map((one) => letters[one % letters.length]).join('')
}
