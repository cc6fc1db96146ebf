import { zh } from '@/locales/zh-CN'
import { editable, groupsOf, valuesOf, type FieldGroup } from '@/modules/accounts/fields'
import type { Field, RegisterRecord } from '@/modules/accounts/record'
import { beijingTyped } from '@/utils/beijing'
import { formatTime } from '@/utils/time'
import { changesAccount, goesOffline, isAccountObject, isInHand, opensAccount, typedOf, wantedToSend, type Values } from './application'
import type { Application, ApplicationForm } from './queries'

/** What of an application is typed besides fields of the register has names of its own, which no field has. */
export const own = { reason: 'reason', from: 'off_from', until: 'off_until', cause: 'cause', files: 'attachments' } as const

export type Units = readonly { value: string; label: string }[]

/** The wanted texts of what is no account, in the order of the form. */
export const otherFields: Record<string, string[]> = {
  column: ['column_name', 'column_kind', 'column_parent', 'column_url'],
  domain: ['domain'],
  mailbox: ['mailbox'],
}

/** Which fields of the register the application is about, in their groups; none where it writes none. */
export function groupsFor(app: Pick<Application, 'process' | 'object'>, fields: readonly Field[], kind: string): FieldGroup[] {
  if (!opensAccount(app) && !changesAccount(app)) return []
  const site = app.object !== 'new_media'
  const left = opensAccount(app) ? ['unit', 'website_class', ...(site ? ['platform', 'kind', 'external_id'] : [])] : ['website_class']
  return groupsOf(fields.filter((field) => editable(field) && !left.includes(field.name)), site ? app.object : kind || 'other')
}

/** Those that a change is for, as the server names them, and the rest in their groups. */
export function splitGroups(groups: readonly FieldGroup[], keys: readonly string[]): { first: Field[]; rest: FieldGroup[] } {
  const first = groups.flatMap((group) => group.fields).filter((field) => keys.includes(field.name))
  const rest = groups
    .map((group) => ({ ...group, fields: group.fields.filter((field) => !keys.includes(field.name)) }))
    .filter((group) => group.fields.length > 0)
  return { first: first.sort((a, b) => keys.indexOf(a.name) - keys.indexOf(b.name)), rest }
}

/** A time as its control takes it. */
const timeTyped = (instant: number | null): string => formatTime(instant).replace(' ', 'T')

/** What stands in the form of an application: of the register what it has, over that what is wanted, and the rest of the draft. */
export function draftValues(app: Application, fields: readonly Field[], record: RegisterRecord | null, units: Units): Values {
  const values: Values = {}
  if (isAccountObject(app.object)) {
    const had = record ? valuesOf(record, fields) : {}
    for (const field of fields.filter(editable)) {
      const wanted = app.wanted[field.name]
      values[field.name] = wanted === undefined ? (had[field.name] ?? '') : typedOf(field, wanted, units)
    }
  } else {
    for (const name of otherFields[app.object] ?? []) values[name] = app.wanted[name] ?? ''
  }
  return {
    ...values,
    [own.reason]: app.reason,
    [own.from]: timeTyped(app.off_from),
    [own.until]: timeTyped(app.off_until),
    [own.cause]: app.cause,
    [own.files]: app.attachments.join(','),
  }
}

export const fileIds = (values: Values): string[] => (values[own.files] ?? '').split(',').filter(Boolean)

/** The call that saves a draft: what differs from what the form began with. Sentences by field where something cannot be read. */
export function saveBody(app: Application, start: Values, typed: Values): { body: ApplicationForm; errors: Values } {
  const changed = wantedToSend(start, typed)
  const ownNames: string[] = Object.values(own)
  const wanted = Object.fromEntries(Object.entries(changed).filter(([name]) => !ownNames.includes(name)))
  const body: ApplicationForm = { version: app.version, ...(Object.keys(wanted).length > 0 && { wanted }) }
  const errors: Values = {}
  if (!isInHand(app)) return { body, errors }
  if (own.reason in changed) body.reason = (changed[own.reason] ?? '').trim()
  if (own.files in changed) body.attachments = fileIds(typed)
  if (!goesOffline(app)) return { body, errors }
  if (own.cause in changed) body.cause = changed[own.cause] ?? ''
  for (const name of [own.from, own.until]) {
    if (!(name in changed)) continue
    const instant = beijingTyped(changed[name] ?? '')
    if (instant === null) errors[name] = zh.applications.form.timeInvalid
    else body[name] = instant
  }
  return { body, errors }
}
