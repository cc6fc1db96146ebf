import { formatDate } from '@/utils/time'
import type { Delivery } from './queries'

/** What is read of a post that stands on the platform. */
export interface SeenPost {
  id: string
  title: string
  url: string
  published_at: number
  first_seen_at: number
  removed_at: number | null
  delivery_id: string | null
}

/** A post that may be what an unclear delivery became. */
export interface Candidate {
  post: SeenPost
  /** It bears the title that was signed. */
  same: boolean
}

/** A platform's clock may differ, and some give a day only: what was posted shortly before we asked counts too. */
const slackMs = 60 * 60_000

const plain = (title: string): string => title.replace(/\s+/g, '')

/** True while it is not known whether a delivery became public: its evidence is of use then. */
export const isUnclear = (delivery: Pick<Delivery, 'action' | 'state' | 'intent_at'>): boolean =>
  delivery.action === 'publish' && (delivery.state === 'unknown' || (delivery.state === 'prepared' && delivery.intent_at !== null))

/** The posts of the account since it was asked to publish that are no other delivery's, those of the same title first. */
export function candidatesOf(delivery: Pick<Delivery, 'id' | 'title' | 'intent_at'>, posts: readonly SeenPost[]): Candidate[] {
  const asked = delivery.intent_at ?? 0
  const since = asked - slackMs
  const mine = posts.filter(
    (post) =>
      post.removed_at === null &&
      (post.published_at >= since || (post.first_seen_at >= since && formatDate(post.published_at) === formatDate(asked))) &&
      (post.delivery_id === null || post.delivery_id === delivery.id),
  )
  const found = mine.map((post) => ({ post, same: plain(post.title) === plain(delivery.title) }))
  return found.sort((a, b) => Number(b.same) - Number(a.same) || b.post.published_at - a.post.published_at)
}
