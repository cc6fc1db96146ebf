import type { Reading } from './queries'

/** The id of the option that the rulebook's own resolution stands for. */
export const defaultOption = 'default'

/** The id of the option in force; empty where an office put the reading in words of its own. */
export function chosenOption(reading: Pick<Reading, 'chosen'>): string {
  if (!reading.chosen) return defaultOption
  return reading.chosen.option ?? ''
}
