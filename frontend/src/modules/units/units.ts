import { zh } from '@/locales/zh-CN'
import type { Branch, UnitEvent, Vacancy } from './queries'

/** How many units a search shows; whoever sees more types more. */
export const mostFound = 50

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
