import { confirmAction } from '@/components/confirm'
import { zh } from '@/locales/zh-CN'
import { dayInstant } from '@/modules/accounts/form'
import type { Shown } from '@/utils/words'
import type { Finding, NewColumn } from './queries'

export interface ColumnForm {
  name: string
  kind: string
  /** Empty for a top column. */
  parent_id: string
  url: string
  /** A Beijing day such as `2026-11-01`; empty means now. */
  created: string
}

export const emptyColumn = (): ColumnForm => ({ name: '', kind: 'news', parent_id: '', url: '', created: '' })

/** The call that a filled-in form makes; the server knows the level of what stands below another column. */
export function newColumn(form: ColumnForm, now: number): NewColumn {
  const created = dayInstant(form.created, now)
  return {
    name: form.name.trim(),
    kind: form.kind,
    ...(form.parent_id && { parent_id: form.parent_id }),
    ...(form.url.trim() && { url: form.url.trim() }),
    ...(created !== null && { created_at: created }),
  }
}

interface Placed {
  id: string
  parent_id: string | null
}

/** Columns as a tree in reading order: each below the one it belongs to, otherwise in the order given. */
export function asTree<Line extends Placed>(lines: readonly Line[]): { line: Line; depth: number }[] {
  const present = new Set(lines.map((line) => line.id))
  const below = new Map<string, Line[]>()
  for (const line of lines) {
    const parent = line.parent_id !== null && present.has(line.parent_id) ? line.parent_id : ''
    below.set(parent, [...(below.get(parent) ?? []), line])
  }
  const walk = (parent: string, depth: number): { line: Line; depth: number }[] =>
    (below.get(parent) ?? []).flatMap((line) => [{ line, depth }, ...walk(line.id, depth + 1)])
  return walk('', 0)
}

export const columnState = (state: string): Shown => ({
  label: zh.columns.states[state] ?? state,
  tone: state === 'in_use' ? 'good' : state === 'hidden' ? 'wait' : 'plain',
})

/** The word and tone of a finding; the server says what is wrong. */
export const shownFinding = (finding: Finding): Shown => ({ label: finding.label, tone: finding.kind === 'blank' ? 'bad' : 'warn' })

/** Asks before a column is taken off the site's pages, which stops its clock. */
export const confirmHide = (name: string): Promise<boolean> =>
  confirmAction({ title: zh.columns.hide, message: zh.columns.hideText(name), confirmLabel: zh.columns.hide })

/** Asks before a column is closed, which nobody can take back. */
export const confirmClose = (name: string): Promise<boolean> =>
  confirmAction({ title: zh.columns.close, message: zh.columns.closeText(name), confirmLabel: zh.columns.close, danger: true })
