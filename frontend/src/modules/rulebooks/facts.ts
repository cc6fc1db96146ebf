import { zh } from '@/locales/zh-CN'
import type { Rulebook } from './queries'

export interface BookFact {
  label: string
  value: string
  href?: string
}

/** Only an address of the web becomes a link. */
const webAddress = (address: string | undefined): string | undefined => (address && /^https?:\/\//.test(address) ? address : undefined)

/** What stands at the head of a rulebook; what the source does not give is left out. */
export function factsOf(book: Rulebook): BookFact[] {
  const words = zh.rulebooks
  const { dates, source, supervisor, scope } = book
  const facts: BookFact[] = [
    { label: words.issuer, value: book.issuer ?? '' },
    { label: words.documentNumber, value: book.document_number ?? '' },
    { label: words.jurisdiction, value: book.jurisdiction.name },
    { label: words.dated, value: dates.dated ?? '' },
    { label: words.adopted, value: dates.adopted ?? '' },
    { label: words.issued, value: dates.issued ?? '' },
    { label: words.published, value: dates.published ?? '' },
    { label: words.effective, value: dates.effective ?? '' },
    { label: words.supervisor, value: [supervisor.name, supervisor.operator].filter(Boolean).join('；') },
    { label: words.scope, value: scope.units },
    { label: words.origin, value: source ? `${source.title}（${source.document_number}）` : '', href: webAddress(source?.address) },
    { label: words.originNote, value: source?.note ?? '' },
  ]
  return facts.filter((fact) => fact.value !== '')
}
