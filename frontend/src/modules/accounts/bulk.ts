import type { BulkEdit } from './record'

/** Everything that narrows and sorts the register, as it stands in the address. */
export const filterNames = [
  'q', 'unit_id', 'platform', 'kind', 'state', 'status', 'certified', 'expires_within', 'unapproved', 'finding', 'order',
] as const

export type RegisterFilter = Record<(typeof filterNames)[number], string>

/** The query of the list and of its export, without what narrows nothing. */
export function givenFilter(filter: RegisterFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''))
}

/** Where the export of exactly this list is fetched. */
export function exportPath(filter: RegisterFilter, format: string, templateId: string): string {
  const query = new URLSearchParams({ ...givenFilter(filter), ...(templateId && { template_id: templateId }) })
  return `/api/accounts.${format}?${query}`
}

/** What a bulk edit is about: accounts that were ticked, or all that the filter lists. */
export type Chosen = { ids: string[] } | { filter: RegisterFilter }

/** A bulk edit as the API takes it. */
export function bulkEdit(chosen: Chosen, field: string, value: string, reason: string): BulkEdit {
  const edit = { field, value: value.trim(), ...(reason.trim() && { reason: reason.trim() }) }
  if ('ids' in chosen) return { ...edit, ids: chosen.ids }
  const { unapproved, ...rest } = givenFilter(chosen.filter)
  return { ...edit, filter: { ...rest, ...(unapproved && { unapproved: true }) } as BulkEdit['filter'] }
}

/** The address of a page without what only says where one stands in it, for a view that is saved. */
export function viewQuery(filter: RegisterFilter): string {
  return new URLSearchParams(givenFilter(filter)).toString()
}

/** The saved query as the router takes it; names that the list does not know are left out. */
export function queryOfView(query: string): Partial<RegisterFilter> {
  const known: readonly string[] = filterNames
  return Object.fromEntries([...new URLSearchParams(query)].filter(([name, value]) => known.includes(name) && value !== '')) as Partial<RegisterFilter>
}
