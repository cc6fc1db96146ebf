import type { PostBody } from '@/api/api'
import type { Article } from './queries'

/** The fields of the form, as the API takes them. */
export type ArticleForm = PostBody<'/api/articles'>

/** A form with nothing in it yet, at a unit. */
export function emptyForm(unitId: string): ArticleForm {
  return { unit_id: unitId, title: '', digest: '', byline: '', source: '', body: '', cover_id: '', account_ids: [] }
}

/** The form of an article that exists. */
export function formOf(article: Article): ArticleForm {
  return {
    unit_id: article.unit_id,
    title: article.title,
    digest: article.digest,
    byline: article.byline,
    source: article.source,
    body: article.body,
    cover_id: article.cover_id ?? '',
    account_ids: [...article.account_ids],
  }
}

/** How many signatures stand on the text as it is now: those that an edit would void. */
export function standingSignatures(article: Article): number {
  return article.signatures.filter(
    (signature) =>
      signature.decision === 'signed' && signature.voided_at === null && signature.revision_id === article.revision_id,
  ).length
}

/** How long a text is, as readers and platforms count it: an emoji is one character. */
export const lengthOf = (text: string): number => [...text.trim()].length

/** Why a returned article came back: the latest return. Undefined for one that was not returned. */
export function returnOf(article: Article): Article['signatures'][number] | undefined {
  if (article.state !== 'returned') return undefined
  return article.signatures
    .filter((signature) => signature.decision === 'returned')
    .sort((a, b) => b.signed_at - a.signed_at)[0]
}
