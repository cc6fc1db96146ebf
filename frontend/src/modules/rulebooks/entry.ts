/** One line of an entry: what, and what is said of it. */
export interface Fact {
  label: string
  value: string
}

/** One rule, or one part of a rule, as it is shown. Its figures are those of `section` and `rule` in the list of figures. */
export interface Entry {
  section: string
  rule: string
  title: string
  text: string
  facts: Fact[]
  /** Short demands without a figure. */
  points: string[]
  /** A numbered list of the regulation. */
  items: string[]
  steps: Step[]
  table: Table | null
  articles: string[]
  interp: string[]
  strength: string
  confirmed: boolean
  mirror: boolean
}

/** One stage of an approval or of the signing chain. */
export interface Step {
  seq: number
  title: string
  notes: string[]
  articles: string[]
}

export interface Table {
  heads: string[]
  /** The second column is the long one. */
  wide?: boolean
  rows: { cells: string[]; confirmed: boolean; mirror: boolean }[]
}

export interface Section {
  id: string
  title: string
  note: string
  entries: Entry[]
}

/** What nearly every entry of the file carries. */
export interface Source {
  articles?: string[]
  interp?: string[]
  strength?: string
  confirmed?: boolean
  evidence?: string
  text?: string
}

export type Shown = Partial<Omit<Entry, 'facts'>> & { facts?: [label: string, value: string | undefined][] }

/** entryOf shows one rule: its source, and what `shown` adds. Facts without a value are left out. */
export function entryOf(section: string, rule: string, source: Source, shown: Shown = {}): Entry {
  return {
    section,
    rule,
    title: '',
    text: source.text ?? '',
    points: [],
    items: [],
    steps: [],
    table: null,
    articles: source.articles ?? [],
    interp: source.interp ?? [],
    strength: source.strength ?? '',
    confirmed: source.confirmed !== false,
    mirror: source.evidence === 'mirror',
    ...shown,
    facts: (shown.facts ?? []).flatMap(([label, value]) => (value ? [{ label, value }] : [])),
  }
}

/** Where an entry stands on its page. */
export const anchorOf = (entry: Pick<Entry, 'section' | 'rule'>): string => `${entry.section}.${entry.rule}`.replaceAll('/', '.')

/** All that is shown of an entry, for the search within the page. */
export function textOf(entry: Entry, further: readonly string[] = []): string {
  return [
    entry.title,
    entry.text,
    ...entry.points,
    ...entry.items,
    ...entry.facts.flatMap((fact) => [fact.label, fact.value]),
    ...entry.steps.flatMap((step) => [step.title, ...step.notes]),
    ...(entry.table?.rows.flatMap((row) => row.cells) ?? []),
    ...further,
  ].join(' ').toLowerCase()
}

/** Whether a text holds every word of a search; an empty search finds everything. */
export function matches(text: string, search: string): boolean {
  const squeezed = text.replaceAll(/\s/g, '')
  return search.toLowerCase().split(/\s+/).filter(Boolean).every((part) => squeezed.includes(part))
}

