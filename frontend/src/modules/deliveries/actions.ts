import { zh } from '@/locales/zh-CN'
import { beingChecked, type DeliveryFacts } from './sentences'

/** What a person may do with one delivery by a button of its own; what an outage held back is decided elsewhere. */
export type Act = 'mass' | 'confirm' | 'settle' | 'confirm_retracted' | 'confirm_corrected' | 'retry' | 'take_over' | 'retract' | 'cancel'

export interface ActButton {
  act: Act
  label: string
  /** The one that helps: the server says which. */
  primary: boolean
}

const order: readonly Act[] = ['mass', 'confirm', 'settle', 'confirm_retracted', 'confirm_corrected', 'retry', 'take_over', 'retract', 'cancel']

function labelOf(act: Act, delivery: DeliveryFacts): string {
  const words = zh.deliveries.acts
  if (act === 'confirm' && delivery.state === 'unknown') return words.confirmUnknown
  if (act !== 'retry') return words[act]
  if (delivery.action !== 'publish') return words.retryByProgram
  if (beingChecked(delivery)) return words.askNow
  return delivery.state === 'failed' ? words.retry : words.retryNow
}

/**
 * The buttons of a delivery, the one that helps first. Whether something is public is one question with two answers: both
 * stand first then, and neither is pressed upon the person.
 */
export function buttonsOf(delivery: DeliveryFacts & { actions: readonly string[] }): ActButton[] {
  const helps = delivery.advice.button
  const answers: readonly string[] = helps === 'settle' ? ['confirm', 'settle'] : [helps]
  const shown = order.filter((act) => delivery.actions.includes(act))
  const first = shown.filter((act) => answers.includes(act))
  return [...first, ...shown.filter((act) => !answers.includes(act))].map((act) => ({
    act,
    label: labelOf(act, delivery),
    primary: act === helps && act !== 'settle' && act !== 'retract',
  }))
}
