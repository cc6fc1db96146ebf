import { awaitsHand } from '@/modules/deliveries/sentences'

/** What the article page knows of a delivery. */
interface Sent {
  action: string
  state: string
  account_id: string
  barred_at: number | null
  next_at: number | null
  lease_until: number | null
}

/** How many accounts an article would be taken down from, or not go out to any more. */
export function recallCount(deliveries: readonly Sent[]): number {
  const standing = deliveries.filter((one) => one.action === 'publish' && one.barred_at === null && one.state !== 'cancelled')
  return new Set(standing.map((one) => one.account_id)).size
}

/** Where publications of an article can stand, what needs somebody first. */
const standings = ['unknown', 'failed', 'held', 'byHand', 'toCorrect', 'open', 'published', 'retracted'] as const

/** How many of an article's publications stand where, in that order; empty while none has gone anywhere. */
export function sentSoFar(deliveries: readonly Sent[]): { key: (typeof standings)[number]; count: number }[] {
  const counts = { unknown: 0, failed: 0, held: 0, byHand: 0, toCorrect: 0, open: 0, published: 0, retracted: 0 }
  for (const one of deliveries) {
    const ended = one.state === 'published' || one.state === 'cancelled'
    if (one.action === 'publish' && one.state === 'retracted') counts.retracted++
    else if (one.action === 'update' && one.barred_at === null && !ended) counts.toCorrect++
    if (one.action !== 'publish' || one.barred_at !== null) continue
    if (one.state === 'unknown' || one.state === 'failed' || one.state === 'held' || one.state === 'published') counts[one.state]++
    else if (awaitsHand(one)) counts.byHand++
    else if (one.state !== 'cancelled' && one.state !== 'retracted') counts.open++
  }
  if (standings.every((key) => key === 'open' || counts[key] === 0)) return []
  return standings.flatMap((key) => (counts[key] > 0 ? [{ key, count: counts[key] }] : []))
}

/** The accounts, by name, on which a correction takes the place of what is published, and those to which the new text goes instead. */
export function correctionPlan(deliveries: readonly (Sent & { account_name: string })[]): { published: string[]; waiting: string[] } {
  const standing = deliveries.filter((one) => one.action === 'publish' && one.barred_at === null)
  const named = (some: typeof standing) => [...new Set(some.map((one) => one.account_name))]
  const published = named(standing.filter((one) => one.state === 'published'))
  const waiting = named(standing.filter((one) => ['scheduled', 'prepared', 'submitted', 'held'].includes(one.state)))
  return { published, waiting: waiting.filter((name) => !published.includes(name)) }
}

/** Whether an article was scheduled and every delivery of it called off since: it waits for nothing, and nothing of it is out. */
export function calledOff(article: { state: string; deliveries: readonly Sent[] }): boolean {
  const sent = article.deliveries.filter((one) => one.action === 'publish')
  return article.state === 'scheduled' && sent.length > 0 && sent.every((one) => one.state === 'cancelled' && one.barred_at === null)
}

/** On how many accounts readers see an earlier text of an article than the one that is being written or signed. */
export function correcting(article: { state: string; deliveries: readonly Sent[] }): number {
  if (article.state === 'scheduled' || article.state === 'discarded') return 0
  return new Set(article.deliveries.filter((one) => one.action === 'publish' && one.state === 'published' && one.barred_at === null).map((one) => one.account_id)).size
}

/** Whether something of the article is being, or was, taken down. */
export const wasRecalled = (deliveries: readonly Sent[]): boolean => deliveries.some((one) => one.barred_at !== null)

/** Whether something of the article was, or is being, corrected where it is published. */
export const wasCorrected = (deliveries: readonly Sent[]): boolean => deliveries.some((one) => one.action === 'update')
