import { zh } from '@/locales/zh-CN'
import type { Field } from '@/modules/accounts/record'
import type { Import, Mapping } from './queries'

/** Fields that stand in no sheet: files, references and what is ticked on a page. */
const outside = new Set(['file', 'reference', 'label'])

export interface Target {
  value: string
  label: string
}

/** Everything that a column can be: the fields, and the parts of those that hold people. */
export function targetsOf(fields: readonly Field[]): Target[] {
  return fields
    .filter((field) => !outside.has(field.kind))
    .flatMap((field) => [
      { value: field.name, label: field.label },
      ...(field.kind === 'contact'
        ? Object.entries(zh.imports.map.parts).map(([part, label]) => ({ value: `${field.name}.${part}`, label: zh.imports.map.part(field.label, label) }))
        : []),
    ])
}

/** What each column of a sheet is, by the number of the column; empty where it is not brought in. */
export function asColumns(mapping: Mapping, width: number): string[] {
  const columns = Array.from({ length: width }, () => '')
  for (const { column, field } of mapping.columns ?? []) if (column < width) columns[column] = field
  return columns
}

export function asMapping(columns: readonly string[], before: Pick<Mapping, 'words' | 'assume' | 'correction'>): Mapping {
  const mapped = columns.map((field, column) => ({ column, field })).filter(({ field }) => field !== '')
  const assume = Object.fromEntries(Object.entries(before.assume ?? {}).filter(([, value]) => value !== ''))
  const correction = before.correction?.trim()
  return { columns: mapped, words: before.words ?? {}, assume, ...(correction && { correction }) }
}

/** Fields that two columns are mapped to, and a field beside one of its own parts. */
export function doubled(columns: readonly string[]): Set<string> {
  const taken = columns.filter(Boolean)
  const clashes = (field: string, place: number) =>
    taken.some((other, at) => at !== place && (other === field || other.startsWith(`${field}.`) || field.startsWith(`${other}.`)))
  return new Set(taken.filter(clashes))
}

/** Whether the columns say which account a row is. */
export const saysWhich = (columns: readonly string[]): boolean =>
  ['name', 'external_id', 'national_id'].some((field) => columns.includes(field))

/** The letters of a column as a sheet has them: A, Z, AA. */
export function letterOf(column: number): string {
  let letters = ''
  for (let rest = column; rest >= 0; rest = Math.floor(rest / 26) - 1) letters = String.fromCharCode(65 + (rest % 26)) + letters
  return letters
}

/** What new accounts need and a sheet often does not say. */
export const assumable = ['platform', 'kind', 'state', 'mode'] as const

/** How much of an import a node has done, 0 to 100. */
export function shareDone(one: Pick<Import, 'done_rows' | 'creates' | 'changes' | 'sames' | 'refused'>): number {
  const all = one.creates + one.changes + one.sames + one.refused
  return all === 0 ? 0 : Math.min(100, Math.round((one.done_rows / all) * 100))
}

/** The titles of a row that was copied out of a sheet: cells are apart by tabs, or by commas where there is no tab. */
export function pastedTitles(text: string): string[] {
  const line = text.replace(/\r/g, '').split('\n').find((one) => one.trim() !== '') ?? ''
  const cells = (line.includes('\t') ? line.split('\t') : line.split(/[,，]/)).map((cell) => cell.trim())
  while (cells.length > 0 && cells.at(-1) === '') cells.pop()
  return cells
}
