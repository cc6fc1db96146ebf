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

/** Whether something of the article is being, or was, taken down. */
export const wasRecalled = (deliveries: readonly Sent[]): boolean => deliveries.some((one) => one.barred_at !== null)

/** Whether something of the article was, or is being, corrected where it is published. */
export const wasCorrected = (deliveries: readonly Sent[]): boolean => deliveries.some((one) => one.action === 'update')
