import type { BlockTag, TextBlock } from './blocks'
import { textOf, type Run } from './runs'
import type { Declarations } from './styles'

const longestTitle = 100
const longestHeading = 50
/** 小二号: the smallest size in which titles of official documents are set. */
const titlePoints = 18

const tags: BlockTag[] = ['h1', 'h2', 'h3', 'h4']

function headingTag(level: number): BlockTag {
  return tags[Math.min(Math.max(level, 1), 4) - 1]!
}

/** The heading that a paragraph's class or outline level names; null for body text. */
export function namedHeading(classes: string, style: Declarations): BlockTag | null {
  const name = `${classes} ${style.get('mso-style-name') ?? ''}`.replace(/["'\\]/g, '')
  if (/MsoTitle\b|(^|\s)标题(\s*$)|(^|\s)Title\s*$/i.test(name)) return 'h1'
  if (/MsoSubtitle\b|副标题|Subtitle\s*$/i.test(name)) return 'h2'
  const numbered = /(?:MsoHeading|Heading|标题)\s*(\d)/i.exec(name) ?? /^\s*(\d)\s*$/.exec(style.get('mso-outline-level') ?? '')
  return numbered ? headingTag(Number(numbered[1])) : null
}

/** The share of the text, 0 to 1, for which the test holds. */
function share(runs: Run[], test: (run: Run) => boolean): number {
  const all = textOf(runs).length
  return all === 0 ? 0 : runs.filter(test).reduce((sum, run) => sum + run.text.length, 0) / all
}

/**
 * The heading that a paragraph only looks like: the centred title in 小标宋 or large type, and the 一、 in 黑体 and
 * （一） in 楷体 of the official document format. Null for body text.
 */
export function lookedHeading(block: TextBlock): BlockTag | null {
  const text = textOf(block.runs)
  if (text.length < 2 || text.length > longestTitle) return null
  const isTitleRun = (run: Run) => run.font.includes('小标宋') || (run.size ?? 0) >= titlePoints
  const letterhead = block.runs.every((run) => run.marks.color)
  if (block.align === 'center' && !letterhead && share(block.runs, isTitleRun) > 0.8) return 'h1'
  if (text.length > longestHeading) return null
  if (/^[一二三四五六七八九十]+、/.test(text) && share(block.runs, (run) => /黑体|SimHei/i.test(run.font)) > 0.8) {
    return 'h2'
  }
  if (/^[（(][一二三四五六七八九十]+[）)]/.test(text) && share(block.runs, (run) => /楷|KaiTi/i.test(run.font)) > 0.8) {
    return 'h3'
  }
  return null
}
