import type { Tone } from '@/components/StateTag.vue'
import { zh } from '@/locales/zh-CN'
import { word, type Shown } from '@/utils/words'
import type { Comparison } from './queries'

const tones: Record<string, Tone> = { same: 'good', partly: 'warn', different: 'bad', unreadable: 'warn', absent: 'bad' }

/** The word and tone of a comparison. */
export const shownMatch = (match: string): Shown => ({ label: word(zh.deliveries.compare.matches, match), tone: tones[match] ?? 'plain' })

/** How many signed sentences were not found; none where the page could not be read. */
export const missingCount = (compared: Pick<Comparison, 'signed'>): number => compared.signed.filter((line) => !line.found).length

/** Whether a person should look before the address is recorded: something else, or nothing, stands there. */
export const wantsLook = (compared: Pick<Comparison, 'match'>): boolean => compared.match !== 'same'

/** What a person is asked before an address that wants a look is recorded: nothing can differ where nothing was read. */
export const confirmWords = (compared: Pick<Comparison, 'match'>): string =>
  compared.match === 'unreadable' ? zh.deliveries.compare.confirmUnread : zh.deliveries.compare.confirmAnyway
