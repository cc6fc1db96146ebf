import { zh } from '@/locales/zh-CN'
import { formatDate } from '@/utils/time'
import type { Field, RegisterRecord } from './record'

export type GroupKey = keyof typeof zh.register.groups

/** Which fields stand together, in the order of the card and of the form. What is named nowhere stands under `other`. */
const members: Record<Exclude<GroupKey, 'other'>, string[]> = {
  identity: ['name', 'unit', 'operator', 'contractor_id', 'represents', 'state', 'in_use_at', 'closed_at', 'gone_to'],
  platform: ['platform', 'kind', 'external_id', 'original_id', 'home_url', 'mode', 'registered_on', 'followers', 'followers_on'],
  certification: ['certified', 'certified_subject', 'certification', 'certified_until'],
  approval: ['opened_on', 'approval_number', 'approved_on', 'national_id', 'reported'],
  site: [
    'website_class', 'domain', 'old_domain', 'domain_enabled_on', 'site_code', 'icp', 'police_filing', 'security_test_on', 'hosting',
    'unified_platform', 'languages', 'barrier_free',
  ],
  content: ['avatar_id', 'qr_id', 'functions', 'positioning', 'description', 'labels'],
  contacts: ['head', 'deputy', 'manager', 'contact'],
}

export interface FieldGroup {
  key: GroupKey
  label: string
  fields: Field[]
}

const groupOf = new Map(Object.entries(members).flatMap(([key, names]) => names.map((name) => [name, key as GroupKey] as const)))
const placeOf = new Map(Object.values(members).flatMap((names) => names.map((name, place) => [name, place] as const)))

/** Which object of the rulebooks a kind of account is, as the fields name it. */
const objectOf = (kind: string): string => (kind === 'website' || kind === 'subsite' ? kind : 'new_media')

/** Whether accounts of a kind have the field. Every kind has it while none is chosen. */
export const hasField = (field: Field, kind: string): boolean =>
  kind === '' ||
  ((field.objects.length === 0 || field.objects.includes(objectOf(kind) as never)) && (field.kinds.length === 0 || field.kinds.includes(kind as never)))

/** A field under the name that it has of a kind of account: a website has no 账号名称. */
const named = (field: Field, kind: string): Field =>
  objectOf(kind) === 'new_media' || !field.site_label ? field : { ...field, label: field.site_label }

/** The fields that a kind of account has, in their groups and under the names that fit it; groups without any are left out. */
export function groupsOf(fields: readonly Field[], kind: string): FieldGroup[] {
  const fitting = fields.filter((field) => hasField(field, kind)).map((field) => named(field, kind))
  return (Object.keys(zh.register.groups) as GroupKey[])
    .map((key) => ({
      key,
      label: (objectOf(kind) === 'new_media' ? undefined : zh.register.siteGroups[key]) ?? zh.register.groups[key],
      fields: fitting
        .filter((field) => (groupOf.get(field.name) ?? 'other') === key)
        .sort((a, b) => (placeOf.get(a.name) ?? 0) - (placeOf.get(b.name) ?? 0)),
    }))
    .filter((group) => group.fields.length > 0)
}

export interface Person {
  name: string
  phone: string
  email: string
}

/** The people of a field as the register writes them: `姓名 电话 邮箱`, several apart by ；. */
export const peopleText = (people: readonly Person[]): string =>
  people
    .map(({ name, phone, email }) => [name, phone, email].map((part) => part.trim()).filter(Boolean).join(' '))
    .filter(Boolean)
    .join('；')

const isPhone = (word: string): boolean => /^[\d+\-转]*$/.test(word) && (word.match(/\d/g)?.length ?? 0) >= 3

/** Reads what peopleText wrote. */
export function readPeople(text: string): Person[] {
  return text
    .split('；')
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => {
      const words = entry.split(/\s+/)
      const take = (fits: (word: string) => boolean) => words.filter(fits).join(' ')
      const isEmail = (word: string) => word.includes('@')
      return { name: take((word) => !isEmail(word) && !isPhone(word)), phone: take(isPhone), email: take(isEmail) }
    })
}

/** What the record holds of a field, as the API gives it. */
function rawOf(record: RegisterRecord, name: string): unknown {
  const particulars = record.particulars as unknown as Record<string, unknown>
  return name in particulars ? particulars[name] : (record as unknown as Record<string, unknown>)[name]
}

/** A field in the form in which it is typed and sent: a unit, a choice and a picture by their ids, a day as 2026-03-01. */
export function valueOf(record: RegisterRecord, field: Field): string {
  if (field.name === 'unit') return record.unit_id
  if (field.kind === 'contact') return peopleText(record.contacts.filter((person) => person.duty === field.name))
  const raw = rawOf(record, field.name)
  if (raw === null || raw === undefined) return ''
  if (field.kind === 'day') return formatDate(raw as number)
  if (field.kind === 'truth') return raw ? zh.register.form.yes : zh.register.form.no
  if (Array.isArray(raw)) return raw.join('、')
  return String(raw)
}

export type Values = Record<string, string>

/** The fields that the form of a record shows: what is looked at on a page is noted elsewhere, and what has acts of its own is not typed. */
export const editable = (field: Field): boolean => !field.fixed && field.kind !== 'label'

export const valuesOf = (record: RegisterRecord, fields: readonly Field[]): Values =>
  Object.fromEntries(fields.filter(editable).map((field) => [field.name, valueOf(record, field)]))

/** What was typed that differs from what the form began with. */
export function changedValues(before: Values, now: Values): Values {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => value.trim() !== (before[name] ?? '')))
}

export interface Merged {
  values: Values
  /** Fields that both sides changed, with what the other side wrote. */
  conflicts: Values
}

/** Puts a newer state of the record under what was typed: typed stays, untouched takes the newer. */
export function mergeNewer(base: Values, typed: Values, newer: Values): Merged {
  const mine = changedValues(base, typed)
  const conflicts = Object.entries(newer).filter(
    ([name, value]) => name in mine && value !== (base[name] ?? '') && value !== mine[name]?.trim(),
  )
  return { values: { ...newer, ...mine }, conflicts: Object.fromEntries(conflicts) }
}
