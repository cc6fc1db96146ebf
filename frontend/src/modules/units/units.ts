import { zh } from '@/locales/zh-CN'
import type { Branch, UnitCard, UnitEvent, Vacancy } from './queries'

/** How many units a search shows; whoever sees more types more. */
export const mostFound = 50

/** How many units stand on the page as a whole tree. */
export const mostShown = 200

/** The units whose name or short name holds what was typed, in the order of the tree. */
export function findUnits(tree: readonly Branch[], typed: string): Branch[] {
  const part = typed.trim()
  return part === '' ? [] : tree.filter((unit) => unit.name.includes(part) || unit.short_name.includes(part))
}

/** The units with which somebody begins: those whose parent is out of reach. */
export function topUnits(tree: readonly Branch[]): Branch[] {
  return tree.filter((unit) => unit.depth === 0)
}

/** The units right below one. */
export function childrenOf(tree: readonly Branch[], id: string): Branch[] {
  return tree.filter((unit) => unit.parent_id === id)
}

/** What somebody is missing, in a sentence. */
export function sayVacancy(vacancy: Vacancy): string {
  return zh.units.vacancies.short(vacancy.label, vacancy.needed, vacancy.held)
}

/** What a merger of a unit will do: what goes over, what stands in its way, and that there is no way back. */
export function sayMerger(card: Pick<UnitCard, 'unit' | 'accounts' | 'people' | 'units' | 'unfinished' | 'belongings'>): string {
  const labels = (list: { label: string; moves: boolean }[], moves: boolean): string => list.filter((one) => one.moves === moves).map((one) => one.label).join('、')
  const moving = labels([...card.unfinished, ...card.belongings], true)
  const over = [zh.units.mergeCounts(card.accounts, card.people, card.units), moving].filter(Boolean).join('，')
  const staying = card.belongings.filter((one) => !one.moves).map((one) => zh.units.mergeStays(one.label, one.why))
  const stays = staying.length > 0 ? zh.units.mergeLeaves(staying.join('；')) : ''
  const before = labels(card.unfinished, false) && zh.units.mergeBefore(labels(card.unfinished, false))
  return zh.units.mergeHint(card.unit.name, over) + stays + before
}

/** Names of units by their ids, for events that keep ids. */
export type NameOf = (id: string) => string

/** What happened to a unit, besides the word for it; empty where the word says all. */
export function sayEvent(event: UnitEvent, nameOf: NameOf): string {
  const text = (name: string): string => String(event.detail?.[name] ?? '')
  const number = (name: string): number => Number(event.detail?.[name] ?? 0)
  switch (event.action) {
    case 'unit.rename':
      return zh.units.fromTo(text('from'), text('to'))
    case 'unit.move':
      return zh.units.fromTo(nameOf(text('from')), nameOf(text('to')))
    case 'unit.merge':
      return zh.units.mergedWith(text('into_name'), number('accounts'), number('people'))
    case 'unit.absorb':
      return zh.units.mergedWith(text('from_name'), number('accounts'), number('people'))
    default:
      return text('name')
  }
}
