import { knownFontSize, snapColor } from '../palette'
import { blocksHtml, titleBlocks, titleText, type Block, type BlockTag, type TextBlock } from './blocks'
import { lookedHeading, namedHeading } from './headings'
import { readListItem } from './lists'
import { readPicture, type PictureCounts, type PictureOptions } from './pictures'
import { escapeHtml, lineBreak, plainMarks, tidyRuns, type Marks, type Run } from './runs'
import { declarationsOf, parseStyleSheet, points, type Declarations, type StyleSheet } from './styles'

export interface CleanOptions extends Partial<PictureOptions> {
  /** Takes the title out of the text, for imports that put it into a field of its own. */
  liftTitle?: boolean
  /** Keeps the editor's own font sizes, for text that this editor wrote. */
  keepSizes?: boolean
}

export interface Cleaned {
  html: string
  /** The title that the text seems to have; empty when none stands out. */
  title: string
  pictures: PictureCounts
}

const defaultMaxBytes = 20 * 1024 * 1024
const largestSpan = 100

/** What an element hands down to its text. */
interface Context {
  marks: Marks
  font: string
  size: number | null
  align: TextBlock['align']
  inTable: boolean
}

/** What one cleaning shares. */
interface Job {
  sheet: StyleSheet
  office: boolean
  keepSizes: boolean
  pictures: PictureCounts
  options: PictureOptions
}

const skipped = new Set(
  ('script style xml meta link title head object embed iframe noscript template svg math audio video canvas input ' +
    'textarea select button').split(' '),
)
const containers = new Set(
  ('div section article main header footer center address form fieldset details summary dl dt dd nav aside body ' +
    'hgroup menu').split(' '),
)
const headings: Record<string, BlockTag> = { h1: 'h1', h2: 'h2', h3: 'h3', h4: 'h4', h5: 'h4', h6: 'h4' }

/** Collects the blocks of one container: the body, a cell, a list item. */
class Collector {
  readonly blocks: Block[] = []
  private open: TextBlock | null = null

  constructor(private readonly job: Job) {}

  begin(block: Omit<TextBlock, 'kind' | 'runs'>): void {
    this.end()
    this.open = { kind: 'text', runs: [], ...block }
  }

  end(): void {
    if (this.open) this.finish(this.open)
    this.open = null
  }

  add(text: string, context: Context): void {
    this.open ??= { kind: 'text', tag: 'p', align: context.align, indent: false, list: null, runs: [] }
    const run: Run = { text, marks: plainMarks(context.marks), font: context.font, size: context.size }
    this.open.runs.push(run)
  }

  /** Puts a finished block in; text that follows goes on in a paragraph like the one interrupted. */
  put(html: string): void {
    const interrupted = this.open
    this.end()
    if (html) this.blocks.push({ kind: 'html', html })
    if (interrupted) this.open = { ...interrupted, list: null, runs: [] }
  }

  private finish(block: TextBlock): void {
    const { runs, indent } = tidyRuns(block.runs)
    if (runs.length === 0) return
    const tidy: TextBlock = { ...block, runs, indent: block.indent || (indent && block.align === '') }
    if (tidy.tag === 'p' && !tidy.list && this.job.office) tidy.tag = lookedHeading(tidy) ?? 'p'
    if (tidy.tag !== 'p') dropHeadingBold(tidy)
    this.blocks.push(tidy)
  }
}

/** A heading is bold by itself. */
function dropHeadingBold(block: TextBlock): void {
  block.indent = false
  if (block.runs.every((run) => run.marks.bold)) {
    block.runs = tidyRuns(block.runs.map((run) => ({ ...run, marks: { ...run.marks, bold: undefined } }))).runs
      .map((run) => ({ ...run, marks: plainMarks(run.marks) }))
  }
}

function isHidden(element: Element, style: Declarations, job: Job): boolean {
  const tag = element.tagName.toLowerCase()
  if (skipped.has(tag) || tag.startsWith('v:') || tag === 'o:p' || tag.startsWith('w:')) return true
  if (style.get('display') === 'none' || style.get('mso-hide') === 'all') return true
  if (!job.office) return false
  if (tag === 'del' || /\b(msoDel|MsoCommentReference|msocomanchor|msocomoff)\b/.test(element.className)) return true
  if (/comment-list|comment$/.test(style.get('mso-element') ?? '')) return true
  return tag === 'tr' && element.getAttribute('height') === '0'
}

function alignOf(element: Element, style: Declarations, inherited: Context['align']): Context['align'] {
  const value = (style.get('text-align') ?? element.getAttribute('align') ?? '').toLowerCase()
  if (value === 'center' || value === 'right') return value
  if (element.tagName === 'CENTER') return 'center'
  return value === '' ? inherited : ''
}

/** Only a forward indent is the first-line indent; a negative one belongs to a hanging number. */
function isIndented(style: Declarations): boolean {
  const indent = style.get('text-indent') ?? ''
  const byCharacters = Number(style.get('mso-char-indent-count') ?? '0')
  return byCharacters > 0 || (points(indent) ?? 0) >= 10 || /^[1-9][\d.]*em$/.test(indent)
}

function safeHref(element: Element): string {
  const href = element.getAttribute('href')?.trim() ?? ''
  return /^(https?:\/\/|mailto:)/i.test(href) ? href : ''
}

/** Underline and strike are taken from inline elements only: on a paragraph they would spread over all of it. */
function decorate(marks: Marks, tag: string, style: Declarations, job: Job): void {
  if (tag === 'u') marks.underline = true
  if (tag === 's' || tag === 'strike' || (tag === 'del' && !job.office)) marks.strike = true
  const line = `${style.get('text-decoration') ?? ''} ${style.get('text-decoration-line') ?? ''}`
  if (/\bunderline\b/.test(line)) marks.underline = true
  if (/line-through/.test(line)) marks.strike = true
  if (/\bnone\b/.test(line)) {
    marks.underline = false
    marks.strike = false
  }
}

function marksOf(element: Element, style: Declarations, inherited: Marks, inline: boolean, job: Job): Marks {
  const tag = element.tagName.toLowerCase()
  const marks: Marks = { ...inherited }
  if (tag === 'b' || tag === 'strong') marks.bold = true
  if (tag === 'i' || tag === 'em') marks.italic = true
  if (tag === 'sub') marks.sub = true
  if (tag === 'sup') marks.sup = true
  const weight = style.get('font-weight')
  if (weight) marks.bold = weight === 'bold' || weight === 'bolder' || Number(weight) >= 600
  const slant = style.get('font-style')
  if (slant) marks.italic = slant === 'italic' || slant === 'oblique'
  const raised = style.get('vertical-align')
  if (inline && raised === 'sub') marks.sub = true
  if (inline && raised === 'super') marks.sup = true
  if (inline) decorate(marks, tag, style, job)
  const color = style.get('color') ?? element.getAttribute('color')
  if (color) marks.color = snapColor(color)
  if (job.keepSizes) marks.fontSize = knownFontSize(style.get('font-size')) ?? marks.fontSize
  const href = tag === 'a' ? safeHref(element) : ''
  if (href) marks.href = href
  // Links are blue and underlined by themselves.
  return marks.href ? { ...marks, color: null, underline: false } : marks
}

function contextOf(element: Element, style: Declarations, outer: Context, inline: boolean, job: Job): Context {
  const family = [style.get('font-family'), style.get('mso-fareast-font-family'), element.getAttribute('face')]
    .filter(Boolean)
    .join(',')
  return {
    ...outer,
    marks: marksOf(element, style, outer.marks, inline, job),
    font: family || outer.font,
    size: points(style.get('font-size')) ?? outer.size,
    align: inline ? outer.align : alignOf(element, style, outer.align),
  }
}

function span(cell: Element, name: 'colspan' | 'rowspan'): string {
  const value = Number(cell.getAttribute(name))
  return Number.isInteger(value) && value > 1 && value <= largestSpan ? ` ${name}="${value}"` : ''
}

function collect(nodes: Iterable<Node>, context: Context, job: Job): Block[] {
  const collector = new Collector(job)
  for (const node of nodes) visit(node, context, collector, job)
  collector.end()
  return collector.blocks
}

function tableHtml(table: Element, context: Context, job: Job): string {
  const rows = [...table.querySelectorAll('tr')].filter((row) => row.closest('table') === table)
  const html = rows
    .filter((row) => !isHidden(row, declarationsOf(row, job.sheet), job))
    .map((row) => {
      const cells = [...row.children].filter((cell) => cell.tagName === 'TD' || cell.tagName === 'TH')
      return `<tr>${cells.map((cell) => cellHtml(cell, context, job)).join('')}</tr>`
    })
    .filter((row) => row !== '<tr></tr>')
  return html.length > 0 ? `<table><tbody>${html.join('')}</tbody></table>` : ''
}

function cellHtml(cell: Element, context: Context, job: Job): string {
  const tag = cell.tagName === 'TH' || cell.parentElement?.parentElement?.tagName === 'THEAD' ? 'th' : 'td'
  const style = declarationsOf(cell, job.sheet)
  const inner = { ...contextOf(cell, style, context, false, job), inTable: true }
  const content = blocksHtml(collect(cell.childNodes, inner, job))
  return `<${tag}${span(cell, 'colspan')}${span(cell, 'rowspan')}>${content || '<p></p>'}</${tag}>`
}

/** A list of the web. Lists that stand directly in a list belong to the item before them. */
function listHtml(list: Element, context: Context, job: Job): string {
  const items: string[] = []
  for (const child of list.children) {
    if (child.tagName === 'LI') {
      items.push(blocksHtml(collect(child.childNodes, { ...context, align: '' }, job)))
    } else if (child.tagName === 'OL' || child.tagName === 'UL') {
      const nested = listHtml(child, context, job)
      items.push(`${items.pop() ?? '<p></p>'}${nested}`)
    }
  }
  const filled = items.filter((item) => item !== '')
  if (filled.length === 0) return ''
  const start = Number(list.getAttribute('start') ?? 1)
  const type = /^[aAiI]$/.exec(list.getAttribute('type') ?? '')?.[0]
  const open =
    list.tagName === 'OL' ? `<ol${start > 1 ? ` start="${start}"` : ''}${type ? ` type="${type}"` : ''}>` : '<ul>'
  return `${open}${filled.map((item) => `<li>${item}</li>`).join('')}${list.tagName === 'OL' ? '</ol>' : '</ul>'}`
}

function figureHtml(figure: Element, job: Job): string {
  const image = figure.querySelector('img')
  const html = image ? readPicture(image, job.pictures, job.options) : ''
  const caption = figure.querySelector('figcaption')?.textContent?.trim() ?? ''
  return html && caption ? `<figure>${html}<figcaption>${escapeHtml(caption)}</figcaption></figure>` : html
}

function visitParagraph(element: Element, style: Declarations, inner: Context, into: Collector, job: Job): void {
  const own = headings[element.tagName.toLowerCase()] ?? null
  const heading = own ?? namedHeading(element.className, style)
  const item = readListItem(element, style, job.sheet)
  const inList = item?.place && !heading
  into.begin({
    tag: (inner.inTable ? null : heading) ?? 'p',
    align: inList ? '' : inner.align,
    indent: !inList && inner.align === '' && isIndented(style),
    list: inList ? item.place : null,
  })
  // The number of a heading is part of its text.
  const marker = item?.marker || (heading && item?.place?.ordered ? `${item.place.number}.` : '')
  if (marker) into.add(marker, inner)
  visitChildren(element, inner, into, job)
  into.end()
}

function visitChildren(element: Element, context: Context, into: Collector, job: Job): void {
  for (const child of element.childNodes) visit(child, context, into, job)
}

function visitElement(element: Element, outer: Context, into: Collector, job: Job): void {
  const style = declarationsOf(element, job.sheet)
  if (isHidden(element, style, job)) return
  const tag = element.tagName.toLowerCase()
  const block = tag === 'p' || tag in headings || containers.has(tag)
  const inner = contextOf(element, style, outer, !block, job)

  if (tag === 'br') return into.add(lineBreak, inner)
  if (tag === 'img') return into.put(readPicture(element, job.pictures, job.options))
  if (tag === 'p' || tag in headings) return visitParagraph(element, style, inner, into, job)
  if (containers.has(tag)) {
    into.end()
    visitChildren(element, inner, into, job)
    return into.end()
  }
  const whole = wholeHtml(tag, element, inner, job)
  if (whole === null) return visitChildren(element, inner, into, job)
  into.end()
  into.put(whole)
}

/** The HTML of an element that stands as a block of its own; null for inline elements. */
function wholeHtml(tag: string, element: Element, inner: Context, job: Job): string | null {
  switch (tag) {
    case 'hr':
      return '<hr>'
    case 'table':
      return tableHtml(element, { ...inner, align: '' }, job)
    case 'ul':
    case 'ol':
      return listHtml(element, inner, job)
    case 'figure':
      return figureHtml(element, job)
    case 'pre':
      return textHtml(element.textContent ?? '')
    case 'blockquote': {
      const content = blocksHtml(collect(element.childNodes, inner, job))
      return content && `<blockquote>${content}</blockquote>`
    }
    default:
      return null
  }
}

function visit(node: Node, context: Context, into: Collector, job: Job): void {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = node.textContent ?? ''
    if (text !== '') into.add(text, context)
  } else if (node.nodeType === Node.ELEMENT_NODE) {
    visitElement(node as Element, context, into, job)
  }
}

/** Whether the HTML was made by Word, WPS or Excel, whose paragraphs may look like headings without being any. */
function isOffice(html: string): boolean {
  return /urn:schemas-microsoft-com|class="?'?(Mso|xl\d)|mso-|<o:p|ksohtml|WPS Office/i.test(html)
}

/** Takes the style blocks out before parsing: the policy of the page reports every inline sheet it meets. */
function takeStyles(html: string): { css: string; rest: string } {
  let css = ''
  const rest = html.replace(/<style\b[^>]*>([\s\S]*?)<\/style\s*>/gi, (_all, sheet: string) => {
    css += `${sheet}\n`
    return ''
  })
  return { css, rest }
}

/**
 * cleanHtml turns foreign HTML into what an article may contain: paragraphs with centre and first-line indent,
 * headings, real lists, tables with their merged cells, the marks of the right characters. Fonts, sizes, layers and
 * everything that acts are left behind.
 */
export function cleanHtml(html: string, options: CleanOptions = {}): Cleaned {
  const { css, rest } = takeStyles(html)
  const page = new DOMParser().parseFromString(rest, 'text/html')
  const job: Job = {
    sheet: parseStyleSheet(css),
    office: isOffice(html),
    keepSizes: options.keepSizes ?? false,
    pictures: { local: 0, foreign: 0, oversized: 0 },
    options: { maxBytes: defaultMaxBytes, ...options },
  }
  const context: Context = { marks: {}, font: '', size: null, align: '', inTable: false }
  const blocks = collect(page.body.childNodes, context, job)
  const title = titleBlocks(blocks)
  const kept = options.liftTitle ? blocks.filter((block) => !title.includes(block as TextBlock)) : blocks
  return { html: blocksHtml(kept), title: titleText(title), pictures: job.pictures }
}

/** Plain text as paragraphs: one for each line, the hand-made indent kept as indent. */
export function textHtml(text: string): string {
  return text
    .split(/\r\n?|\n|\u2028|\u2029/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const indent = /^[ \t]*\u3000{2}/.test(line) || /^ {4}/.test(line)
      return `<p${indent ? ' style="text-indent: 2em"' : ''}>${escapeHtml(line.trim())}</p>`
    })
    .join('')
}

