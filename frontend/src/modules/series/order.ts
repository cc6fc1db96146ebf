/** The list with the entry at one place moved by some places; the same list where that leads out of it. */
export function shifted<T>(list: readonly T[], from: number, by: number): T[] {
  const to = from + by
  const next = [...list]
  if (from < 0 || from >= list.length || to < 0 || to >= list.length) return next
  next.splice(to, 0, ...next.splice(from, 1))
  return next
}

/** Whether two lists hold the same in the same order. */
export function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i])
}

/** The ids in a comma-separated address part, each once. */
export function idsIn(query: unknown): string[] {
  return typeof query === 'string' ? [...new Set(query.split(',').filter((id) => /^[0-9a-z]{16}$/.test(id)))] : []
}

/** The account that most of the articles are to go to, the first of several; undefined when there is no account. */
export function mostAimed<A extends { id: string }>(accounts: readonly A[], articles: readonly { account_ids: string[] }[]): A | undefined {
  const aimed = (one: A): number => articles.filter((article) => article.account_ids.includes(one.id)).length
  return accounts.reduce<A | undefined>((best, one) => (best && aimed(best) >= aimed(one) ? best : one), undefined)
}
