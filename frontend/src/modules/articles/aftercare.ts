/** What the article page knows of a delivery. */
interface Sent {
  action: string
  state: string
  account_id: string
  barred_at: number | null
}

/** How many accounts an article would be taken down from, or not go out to any more. */
export function recallCount(deliveries: readonly Sent[]): number {
  const standing = deliveries.filter((one) => one.action === 'publish' && one.barred_at === null && one.state !== 'cancelled')
  return new Set(standing.map((one) => one.account_id)).size
}

/** How many of an article's publications stand where, in the order of what matters most; empty while none has gone anywhere. */
export function sentSoFar(deliveries: readonly Sent[]): { key: 'unknown' | 'failed' | 'held' | 'open' | 'published' | 'retracted'; count: number }[] {
  const counts = { unknown: 0, failed: 0, held: 0, open: 0, published: 0, retracted: 0 }
  for (const one of deliveries) {
    if (one.action === 'publish' && one.state === 'retracted') counts.retracted++
    if (one.action !== 'publish' || one.barred_at !== null) continue
    if (one.state === 'unknown' || one.state === 'failed' || one.state === 'held' || one.state === 'published') counts[one.state]++
    else if (one.state !== 'cancelled' && one.state !== 'retracted') counts.open++
  }
  if (counts.unknown + counts.failed + counts.held + counts.published + counts.retracted === 0) return []
  return (['unknown', 'failed', 'held', 'open', 'published', 'retracted'] as const).flatMap((key) => (counts[key] > 0 ? [{ key, count: counts[key] }] : []))
}

/** Whether something of the article is being, or was, taken down. */
export const wasRecalled = (deliveries: readonly Sent[]): boolean => deliveries.some((one) => one.barred_at !== null)

/** Whether something of the article was, or is being, corrected where it is published. */
export const wasCorrected = (deliveries: readonly Sent[]): boolean => deliveries.some((one) => one.action === 'update')
