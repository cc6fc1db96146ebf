import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { word, type Shown } from '@/utils/words'
import type { PostSheet } from './queries'

type Row = PostSheet['rows'][number]

/** The most rows that are shown; a sheet may have thousands. */
export const mostShown = 200

const order = ['refuse', 'create', 'same']
const tones: Record<string, Tone> = { create: 'good', same: 'plain', refuse: 'bad' }

/** The rows as a person reads them: what was refused first, otherwise as the sheet has them. */
export function rowsToShow(sheet: Pick<PostSheet, 'rows'>): Row[] {
  return [...sheet.rows].sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome) || a.number - b.number).slice(0, mostShown)
}

export const shownOutcome = (row: Pick<Row, 'outcome'>, done: boolean): Shown => ({
  label: word(done ? zh.observing.sheet.outcomesDone : zh.observing.sheet.outcomes, row.outcome),
  tone: tones[row.outcome] ?? 'plain',
})

/** How the whole sheet stands. */
export function sheetLine(sheet: Pick<PostSheet, 'create' | 'same' | 'refused' | 'done'>): string {
  const say = sheet.done ? zh.observing.sheet.done : zh.observing.sheet.summary
  return say(sheet.create, sheet.same, sheet.refused)
}
