/** The marks of a piece of text. */
export interface Marks {
  bold?: boolean
  italic?: boolean
  underline?: boolean
  strike?: boolean
  sub?: boolean
  sup?: boolean
  color?: string | null
  /** In pixels, one of the sizes of the palette. */
  fontSize?: number | null
  href?: string
}

/** A piece of text with one set of marks, and the font it stood in, which tells titles from body text. */
export interface Run {
  text: string
  marks: Marks
  font: string
  size: number | null
}

/** Stands for a forced line break inside the text of a run. */
export const lineBreak = '\u2028'

const blank = /[ \t\r\n\f\u00a0\u2028]+/g
const wide = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—]/

export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

export function textOf(runs: Run[]): string {
  return runs.map((run) => run.text).join('')
}

/** What a stretch of blanks becomes: nothing at the ends, a break, nothing between Chinese characters, or one space. */
function condense(found: string, before: string, after: string): string {
  if (before === '' || after === '') return ''
  if (found.includes(lineBreak)) return lineBreak
  // Word breaks its source lines inside Chinese sentences; a browser would show a space there.
  if (/[\r\n]/.test(found) && wide.test(before) && wide.test(after)) return ''
  return ' '
}

/**
 * Normalises the blanks of a paragraph across its runs. `indent` is true when the paragraph began with the two
 * full-width blanks by which people indent by hand.
 */
export function tidyRuns(runs: Run[]): { runs: Run[]; indent: boolean } {
  const joined = textOf(runs)
  const lead = /^[\s\u00a0\u2028]*/.exec(joined)![0]
  const indent = (lead.match(/\u3000/g)?.length ?? 0) >= 2
  const tail = /[\s\u00a0\u2028]*$/.exec(joined)![0]
  const end = Math.max(lead.length, joined.length - tail.length)

  const replacement = new Array<string>(joined.length)
  for (let i = 0; i < joined.length; i++) replacement[i] = i < lead.length || i >= end ? '' : joined[i]!
  for (const match of joined.slice(lead.length, end).matchAll(blank)) {
    const from = lead.length + match.index
    const to = from + match[0].length
    replacement[from] = condense(match[0], joined.slice(from - 1, from), joined.slice(to, to + 1))
    for (let i = from + 1; i < to; i++) replacement[i] = ''
  }

  let at = 0
  const tidy = runs.map((run) => {
    const text = replacement.slice(at, at + run.text.length).join('')
    at += run.text.length
    return { ...run, text }
  })
  return { runs: mergeRuns(tidy.filter((run) => run.text !== '')), indent }
}

function mergeRuns(runs: Run[]): Run[] {
  const merged: Run[] = []
  for (const run of runs) {
    const last = merged.at(-1)
    if (last && JSON.stringify(last.marks) === JSON.stringify(run.marks)) {
      merged[merged.length - 1] = { ...last, text: last.text + run.text }
    } else {
      merged.push(run)
    }
  }
  return merged
}

/** Marks with nothing in them left out and in one order, so that equal marks look equal. */
export function plainMarks(marks: Marks): Marks {
  const plain: Marks = {}
  if (marks.href) plain.href = marks.href
  if (marks.bold) plain.bold = true
  if (marks.italic) plain.italic = true
  if (marks.underline) plain.underline = true
  if (marks.strike) plain.strike = true
  if (marks.sub) plain.sub = true
  if (marks.sup) plain.sup = true
  if (marks.color) plain.color = marks.color
  if (marks.fontSize) plain.fontSize = marks.fontSize
  return plain
}

/** The runs as HTML. */
export function runsHtml(runs: Run[]): string {
  return runs
    .map(({ text, marks }) => {
      let html = escapeHtml(text).replaceAll(lineBreak, '<br>')
      const style = [
        marks.color ? `color: ${marks.color}` : '',
        marks.fontSize ? `font-size: ${marks.fontSize}px` : '',
      ].filter(Boolean)
      if (style.length > 0) html = `<span style="${style.join('; ')}">${html}</span>`
      if (marks.sub) html = `<sub>${html}</sub>`
      if (marks.sup) html = `<sup>${html}</sup>`
      if (marks.strike) html = `<s>${html}</s>`
      if (marks.underline) html = `<u>${html}</u>`
      if (marks.italic) html = `<em>${html}</em>`
      if (marks.bold) html = `<strong>${html}</strong>`
      if (marks.href) html = `<a href="${escapeHtml(marks.href)}">${html}</a>`
      return html
    })
    .join('')
}
