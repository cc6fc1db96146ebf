/** Everything that narrows the board. All of it stands in the address, so that a link shows the same board. */
export const filterNames = ['unit_id', 'platform', 'rulebook', 'rule', 'status', 'subject_kind', 'q', 'order'] as const

export type BoardFilter = Record<(typeof filterNames)[number], string>

/** The counts of the board, in the order of the cards. `due_soon` is a part of `ok`. */
export const countNames = ['stale', 'due_soon', 'ok', 'no_rule', 'unknown', 'calendar_pending'] as const

export type CountName = (typeof countNames)[number]

/** The counts that the list can be narrowed to. Under one rule the list holds only what has a clock of it. */
export function listable(filter: Pick<BoardFilter, 'rule'>): CountName[] {
  return filter.rule ? ['stale', 'due_soon', 'ok', 'calendar_pending'] : [...countNames]
}

/** What else changes with a part of the filter: a rule belongs to its rulebook, and not every status can be asked for. */
export function consistent(filter: BoardFilter, patch: Partial<BoardFilter>): Partial<BoardFilter> {
  const changed = { ...patch }
  if (patch.rulebook !== undefined && patch.rulebook !== filter.rulebook && patch.rule === undefined) changed.rule = ''
  const next = { ...filter, ...changed }
  if (next.status && !listable(next).includes(next.status as CountName)) changed.status = ''
  return changed
}

type Query = Record<string, string | boolean>

const given = (values: Record<string, string>): Query =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))

/** The query of the totals, without what narrows nothing. */
export const totalsQuery = (filter: Pick<BoardFilter, 'unit_id' | 'platform' | 'rulebook'>): Query =>
  given({ unit_id: filter.unit_id, platform: filter.platform, rulebook: filter.rulebook })

/** The query of the list and of its export. */
export function watchQuery(filter: BoardFilter, cursor = ''): Query {
  const { status, rule, ...rest } = filter
  const asked = given({ ...rest, rule: filter.rulebook && rule, status: status === 'due_soon' ? 'ok' : status, cursor })
  return status === 'due_soon' ? { ...asked, due_soon: true } : asked
}

/** Where the export of exactly this list is fetched. */
export function exportPath(filter: BoardFilter): string {
  const query = new URLSearchParams(Object.entries(watchQuery(filter)).map(([name, value]) => [name, String(value)]))
  return `/api/dashboard/accounts.xlsx?${query}`
}

interface Unit {
  id: string
  name: string
  path: string
  parent_id: string | null
}

/** The units from the person's own down to one, of those within reach; empty for a unit out of reach. */
export function trailOf(tree: readonly Unit[], id: string): Unit[] {
  const unit = tree.find((one) => one.id === id)
  if (!unit) return []
  const above = new Set(unit.path.split('/'))
  return tree.filter((one) => above.has(one.id)).sort((a, b) => a.path.length - b.path.length)
}
