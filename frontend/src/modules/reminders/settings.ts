import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { beijingTyped } from '@/utils/beijing'
import { word, type Shown } from '@/utils/words'
import type { Lead, Mute, SectionReminder, Settings, SettingsView } from './queries'

const day = 24 * 60 * 60_000
const pad = (value: number) => String(value).padStart(2, '0')

/** Minutes since midnight as `08:30`. */
export const clockOf = (minute: number): string => `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`

/** `08:30` as minutes since midnight; null when it is no time. */
export function minuteOf(text: string): number | null {
  const match = /^(\d{1,2}):(\d{2})/.exec(text)
  if (!match) return null
  const [hours, minutes] = [Number(match[1]), Number(match[2])]
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null
}

export const sayLead = (lead: Lead): string => zh.reminders.settings.lead(lead.n, word(zh.reminders.settings.leadUnits, lead.unit))

export const sayLeads = (leads: Lead[]): string => leads.map(sayLead).join('、') || zh.reminders.settings.noLeads

export const sayRoles = (roles: string[], none: string = zh.reminders.settings.nobody): string =>
  roles.map((role) => word(zh.reminders.roles, role)).join('、') || none

/** The name of a section as the server calls it; the empty one stands for all others. */
export function sectionName(view: SettingsView, section: string): string {
  return view.sections.find((one) => one.section === section)?.name ?? word(zh.rulebooks.sections, section)
}

/** What is typed of a section; a figure stays text until it is sent. */
export interface SectionForm {
  section: string
  leads: { n: string; unit: Lead['unit'] }[]
  late: boolean
  urgent: boolean
  to: string[]
}

export interface SettingsForm {
  channels: Settings['channels']
  day: string
  quiet_from: string
  quiet_until: string
  workdays_only: boolean
  weekly_day: number
  weekly: string
  weekly_to: string[]
  late_to: string[]
  sections: SectionForm[]
}

export function formOf(settings: Settings): SettingsForm {
  return {
    channels: [...settings.channels],
    day: clockOf(settings.day_minute),
    quiet_from: clockOf(settings.quiet_from),
    quiet_until: clockOf(settings.quiet_until),
    workdays_only: settings.workdays_only,
    weekly_day: settings.weekly_day,
    weekly: clockOf(settings.weekly_minute),
    weekly_to: [...settings.weekly_to],
    late_to: [...settings.late_to],
    sections: settings.sections.map((line) => ({
      section: line.section,
      leads: line.leads.map((lead) => ({ n: String(lead.n), unit: lead.unit })),
      late: line.late,
      urgent: line.urgent,
      to: [...line.to],
    })),
  }
}

export const newSection = (section: string): SectionForm => ({
  section, leads: [{ n: '3', unit: 'day' }], late: true, urgent: false, to: ['info_officer'],
})

const figure = /^[1-9]\d{0,4}$/

/** The section of which a lead time cannot be read; undefined when all can. */
export const wrongLead = (form: SettingsForm): string | undefined =>
  form.sections.find((line) => line.leads.some((lead) => !figure.test(lead.n.trim())))?.section

/** What is sent; null when a time of day cannot be read. Call it once wrongLead has found nothing. */
export function settingsOf(form: SettingsForm): Settings | null {
  const [dayAt, from, until, weekly] = [form.day, form.quiet_from, form.quiet_until, form.weekly].map(minuteOf)
  if (typeof dayAt !== 'number' || typeof from !== 'number' || typeof until !== 'number' || typeof weekly !== 'number') return null
  return {
    channels: form.channels,
    day_minute: dayAt,
    quiet_from: from,
    quiet_until: until,
    workdays_only: form.workdays_only,
    weekly_day: form.weekly_day,
    weekly_minute: weekly,
    weekly_to: form.weekly_to,
    late_to: form.late_to,
    sections: form.sections.map(
      (line): SectionReminder => ({ ...line, leads: line.leads.map((lead) => ({ n: Number(lead.n.trim()), unit: lead.unit })) }),
    ),
  }
}

const stateTones: Record<string, Tone> = { waiting: 'wait', sending: 'moving', sent: 'good', failed: 'bad', uncertain: 'warn' }

/** How a message stands; what is uncertain may have gone out, so it is never shown as failed. */
export const messageState = (state: string): Shown => ({
  label: word(zh.reminders.states, state),
  tone: stateTones[state] ?? 'plain',
})

/** How a mute stands at a moment. */
export function muteState(mute: Pick<Mute, 'until_at' | 'ended_by'>, now: number): Shown {
  if (mute.ended_by) return { label: zh.reminders.mutes.ended, tone: 'plain' }
  return mute.until_at > now ? { label: zh.reminders.mutes.running, tone: 'warn' } : { label: zh.reminders.mutes.over, tone: 'plain' }
}

/** The end of a Beijing day that is typed and not over yet; null otherwise. */
export function muteUntil(text: string, now: number): number | null {
  const start = beijingTyped(`${text}T00:00`)
  if (start === null || start + day <= now) return null
  return start + day
}
