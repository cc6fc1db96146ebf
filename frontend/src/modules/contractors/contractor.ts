import type { FormField } from '@/components/FormDialog.vue'
import { zh } from '@/locales/zh-CN'
import { dayOf, dayTyped } from '@/modules/people/people'
import { word, type Shown } from '@/utils/words'
import type { Contractor } from './queries'

const tones = { fit: 'good', expiring: 'warn', lacking: 'bad', expired: 'bad', ended: 'plain' } as const

export const shownContractor = (standing: string): Shown => ({
  label: word(zh.contractors.standings, standing),
  tone: tones[standing as keyof typeof tones] ?? 'plain',
})

/** How long the agreement still holds, in words. */
export function sayDays(contractor: Pick<Contractor, 'days_left'>): string {
  return contractor.days_left === null ? '' : zh.contractors.days(contractor.days_left)
}

/** The fields that people write about a contractor. */
export const contractorFields: FormField[] = [
  { name: 'name', label: zh.contractors.name, required: true, max: 120 },
  { name: 'service', label: zh.contractors.service, required: true, max: 500 },
  { name: 'contact', label: zh.contractors.contact, max: 60 },
  { name: 'phone', label: zh.contractors.phone, max: 40 },
  { name: 'agreement_number', label: zh.contractors.agreementNumber, max: 120 },
  { name: 'agreed_from', label: zh.contractors.agreedFrom, kind: 'day' },
  { name: 'agreed_until', label: zh.contractors.agreedUntil, kind: 'day' },
  { name: 'remark', label: zh.contractors.remark, kind: 'text', max: 1000 },
]

/** What stands in the form of a contractor that is there already. */
export function contractorStart(c: Contractor): Record<string, string> {
  return {
    name: c.name,
    service: c.service,
    contact: c.contact,
    phone: c.phone,
    agreement_number: c.agreement_number,
    agreed_from: dayOf(c.agreed_from),
    agreed_until: dayOf(c.agreed_until),
    remark: c.remark,
  }
}

/** What the server takes of the form; a day that is no day goes as 0, and the server says what is wrong with it. */
export function contractorBody(v: Record<string, string>): { name: string; service: string; agreed_from?: number; agreed_until?: number } {
  const words = Object.fromEntries(['contact', 'phone', 'agreement_number', 'remark'].map((name) => [name, v[name] ?? '']))
  const days = Object.fromEntries(
    ['agreed_from', 'agreed_until'].filter((name) => v[name]).map((name) => [name, dayTyped(v[name]!)]),
  )
  return { name: v.name ?? '', service: v.service ?? '', ...words, ...days }
}
