/** How a rulebook writes an article: number, paragraph, item, sub-item. The server's `rules.Cite` reads the same form. */
const form = /^(\d{1,2})(?:\.p(\d))?(?:\(([一二三四五六七八九十]{1,3})\)(?:\((\d)\))?)?$/

function citeOne(article: string): string {
  const match = form.exec(article)
  if (!match) return article
  const [, number, paragraph, item, sub] = match
  return [
    `第${number}条`,
    paragraph ? `第${paragraph}款` : '',
    item ? `（${item}）` : '',
    sub ? `（${sub}）` : '',
  ].join('')
}

/** Articles the way people cite them: `21(六)` is 第21条（六）. What is in no known form is kept as it is. */
export function cite(articles: readonly string[] | undefined): string {
  return (articles ?? []).map(citeOne).join('、')
}
