/** One measure that a platform sets, and how much of it the article uses. */
export interface PreviewLimit {
  field: string
  label: string
  used: number
  max: number
  ok: boolean
  /** What to do when it is not ok; empty when it is. */
  sentence: string
}

/** How one channel will show an article, as the server makes it from the stored text. */
export interface ChannelPreview {
  platform: string
  title: string
  digest: string
  /** Empty where the platform shows plain text. */
  html: string
  /** Empty where the platform shows HTML. */
  text: string
  cover_id: string
  link: string
  limits: PreviewLimit[] | null
  warnings: string[] | null
}
