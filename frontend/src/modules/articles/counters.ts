import { lengthOf } from './form'
import type { ChannelPreview } from './queries'

/** How much of one account's room for a title is used. */
export interface TitleCounter {
  account: string
  used: number
  max: number
}

/** Counts a title while it is typed, against the limits that the server named for each account. */
export function titleCounters(title: string, previews: ChannelPreview[]): TitleCounter[] {
  return previews.flatMap((shown) => {
    const limit = shown.preview?.limits.find((one) => one.field === 'title')
    return limit ? [{ account: shown.account_name, used: lengthOf(title), max: limit.max }] : []
  })
}

/** What stands against submitting, as the server says it for each account. */
export function blockers(previews: ChannelPreview[]): string[] {
  return previews.flatMap((shown) => {
    const sentences = shown.preview
      ? shown.preview.limits.filter((limit) => !limit.ok).map((limit) => limit.sentence)
      : [shown.sentence]
    return sentences.filter(Boolean).map((sentence) => `“${shown.account_name}”：${sentence}`)
  })
}
