import { runsHtml, textOf, type Run } from './runs'

export type BlockTag = 'p' | 'h1' | 'h2' | 'h3' | 'h4'

/** Where a paragraph stands in a list that Word wrote as single paragraphs. */
export interface ListPlace {
  level: number
  ordered: boolean
  /** Number of the item in its list. */
  number: number
  /** `a`, `A`, `i` or `I` for an ordered list that counts by letters. */
  type: string
}

export interface TextBlock {
  kind: 'text'
  tag: BlockTag
  align: 'center' | 'right' | ''
  indent: boolean
  list: ListPlace | null
  runs: Run[]
}

/** A block that is finished: a table, a picture, a rule, a real list. */
export interface HtmlBlock {
  kind: 'html'
  html: string
}

export type Block = TextBlock | HtmlBlock

function blockHtml(block: TextBlock): string {
  const style = [
    block.align ? `text-align: ${block.align}` : '',
    block.indent && block.tag === 'p' ? 'text-indent: 2em' : '',
  ].filter(Boolean)
  const attribute = style.length > 0 ? ` style="${style.join('; ')}"` : ''
  return `<${block.tag}${attribute}>${runsHtml(block.runs)}</${block.tag}>`
}

type ListBlock = TextBlock & { list: ListPlace }

const inList = (block: Block | undefined): block is ListBlock =>
  block?.kind === 'text' && block.list !== null

function openList({ ordered, number, type }: ListPlace): string {
  if (!ordered) return '<ul>'
  return `<ol${number > 1 ? ` start="${number}"` : ''}${type ? ` type="${type}"` : ''}>`
}

/** Builds the list that begins at blocks[from], with the deeper lists inside it. */
function buildList(blocks: Block[], from: number): { html: string; next: number } {
  const first = (blocks[from] as ListBlock).list
  let html = openList(first)
  let at = from
  for (let block = blocks[at]; inList(block); block = blocks[at]) {
    if (block.list.level < first.level) break
    if (block.list.level === first.level && block.list.ordered !== first.ordered) break
    html += `<li><p>${runsHtml(block.runs)}</p>`
    at += 1
    for (let inner = blocks[at]; inList(inner) && inner.list.level > first.level; inner = blocks[at]) {
      const nested = buildList(blocks, at)
      html += nested.html
      at = nested.next
    }
    html += '</li>'
  }
  return { html: `${html}${first.ordered ? '</ol>' : '</ul>'}`, next: at }
}

/** The blocks as HTML; paragraphs that stood in Word's lists become real lists. */
export function blocksHtml(blocks: Block[]): string {
  let html = ''
  let at = 0
  while (at < blocks.length) {
    const block = blocks[at]!
    if (inList(block)) {
      const list = buildList(blocks, at)
      html += list.html
      at = list.next
    } else {
      html += block.kind === 'html' ? block.html : blockHtml(block)
      at += 1
    }
  }
  return html
}

const isHeading = (block: Block | undefined): block is TextBlock =>
  block?.kind === 'text' && block.tag !== 'p'

/**
 * The blocks of the title: the first heading, and the headings right after it when they are of the same level and
 * centred too, because long titles are broken by hand over several lines. Empty when there is no heading.
 */
export function titleBlocks(blocks: Block[]): TextBlock[] {
  const start = blocks.findIndex(isHeading)
  if (start < 0) return []
  const first = blocks[start] as TextBlock
  const title = [first]
  for (let at = start + 1; at < blocks.length; at++) {
    const block = blocks[at]
    if (!isHeading(block) || block.tag !== first.tag || first.align !== 'center' || block.align !== 'center') break
    title.push(block)
  }
  return title
}

/** The title as one line. */
export function titleText(blocks: TextBlock[]): string {
  return blocks.map((block) => textOf(block.runs).replaceAll('\u2028', '')).join('')
}
