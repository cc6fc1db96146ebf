import { diffArrays } from 'diff'

/** What of an article a reader sees. */
export interface Text {
  title: string
  digest: string
  byline: string
  source: string
  body: string
  cover_id: string | null
}

/** A piece of a line: in both texts, only in the old one, or only in the new one. */
export interface Piece {
  kind: 'same' | 'gone' | 'new'
  text: string
}

/** A line of the comparison: its pieces, or how many lines in a row stand unchanged in both and are not shown. */
export type Row = { pieces: Piece[] } | { skipped: number }

/** A line of a body: what is read, and what it is recognised by. A picture is another one when it has another address. */
interface Line {
  text: string
  key: string
}

const blocks = new Set('ADDRESS ARTICLE ASIDE BLOCKQUOTE DD DIV DL DT FIGCAPTION FIGURE H1 H2 H3 H4 H5 H6 HR LI OL P PRE SECTION TABLE TBODY TD TFOOT TH THEAD TR UL'.split(' '))

/** The lines of a body as a reader sees them: paragraphs, items, cells, and a line for each picture. Links show where they lead. */
export function linesOf(body: string, picture: (alt: string) => string): Line[] {
  const lines: Line[] = []
  let open = ''
  const close = () => {
    const text = open.replace(/\s+/g, ' ').trim()
    if (text) lines.push({ text, key: text })
    open = ''
  }
  const read = (node: Node): void => {
    if (node.nodeType === Node.TEXT_NODE) open += node.textContent ?? ''
    if (!(node instanceof Element)) return
    const apart = blocks.has(node.tagName) || node.tagName === 'BR'
    if (apart) close()
    if (node.tagName === 'IMG') {
      close()
      const text = picture(node.getAttribute('alt') ?? '')
      lines.push({ text, key: `${text} ${node.getAttribute('src')}` })
    }
    node.childNodes.forEach(read)
    const href = node.tagName === 'A' ? node.getAttribute('href') : null
    if (href && href !== node.textContent) open += `（${href}）`
    if (apart) close()
  }
  new DOMParser().parseFromString(body, 'text/html').body.childNodes.forEach(read)
  close()
  return lines
}

/** Figures and words of letters stay whole: of “15日” and “16日” the figure changed, not its last digit. */
const tokens = (text: string): string[] => text.match(/\d+(?:[.,]\d+)*|\p{Script=Latin}+|./gsu) ?? []

/** The pieces of two lines that stand for each other. */
export function piecesOf(before: string, after: string): Piece[] {
  return diffArrays(tokens(before), tokens(after)).map(({ added, removed, value }) => ({ kind: added ? 'new' : removed ? 'gone' : 'same', text: value.join('') }))
}

/** Two lines are the same one, changed, when they share at least this part of the longer one. */
const alike = 0.4

function changed(before: Line, after: Line): Row[] {
  const pieces = piecesOf(before.text, after.text)
  const shared = pieces.reduce((sum, piece) => (piece.kind === 'same' ? sum + piece.text.length : sum), 0)
  const mended = before.text !== after.text && shared >= alike * Math.max(before.text.length, after.text.length)
  return mended ? [{ pieces }] : [only('gone', before), only('new', after)]
}

const only = (kind: Piece['kind'], { text }: Line): Row => ({ pieces: [{ kind, text }] })

/** How many unchanged lines are shown on either side of a change. */
const around = 1

/** The unchanged lines between two changes; what is far from both is only counted. One line is not worth leaving out. */
function unchanged(lines: Line[], first: boolean, last: boolean): Row[] {
  const head = first ? 0 : around
  const tail = last ? 0 : around
  const skipped = lines.length - head - tail
  const shown = lines.map((line) => only('same', line))
  return skipped > 1 ? [...shown.slice(0, head), { skipped }, ...shown.slice(shown.length - tail)] : shown
}

/** The comparison of two bodies, line by line; empty when they read the same. */
export function compareBodies(before: string, after: string, picture: (alt: string) => string): Row[] {
  const parts = diffArrays(linesOf(before, picture), linesOf(after, picture), { comparator: (a, b) => a.key === b.key })
  if (parts.every((part) => !part.added && !part.removed)) return []
  const rows: Row[] = []
  for (let i = 0; i < parts.length; i++) {
    const { added, removed, value } = parts[i]!
    const next = parts[i + 1]
    if (removed && next?.added) {
      const pairs = Math.min(value.length, next.value.length)
      for (let n = 0; n < pairs; n++) rows.push(...changed(value[n]!, next.value[n]!))
      rows.push(...value.slice(pairs).map((line) => only('gone', line)), ...next.value.slice(pairs).map((line) => only('new', line)))
      i++
    } else if (added || removed) {
      rows.push(...value.map((line) => only(added ? 'new' : 'gone', line)))
    } else {
      rows.push(...unchanged(value, i === 0, i === parts.length - 1))
    }
  }
  return rows
}

const fields = ['title', 'digest', 'byline', 'source'] as const

/** The fields that differ, each with its pieces. */
export function compareFields(before: Text, after: Text): { field: (typeof fields)[number]; pieces: Piece[] }[] {
  return fields.filter((field) => before[field] !== after[field]).map((field) => ({ field, pieces: piecesOf(before[field], after[field]) }))
}

/** Whether the cover is another one. */
export const otherCover = (before: Text, after: Text): boolean => (before.cover_id ?? '') !== (after.cover_id ?? '')
