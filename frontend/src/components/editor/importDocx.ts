import { toProblem } from '@/api/problem'
import type { UploadFunction } from '@/api/upload'
import { zh } from '@/locales/zh-CN'
import { ImportError, type Imported } from './importHtml'
import type { TextBlock } from './paste/blocks'
import { cleanHtml } from './paste/clean'
import { lookedHeading } from './paste/headings'
import { pictureTypes } from './paste/pictures'
import { tidyRuns } from './paste/runs'
import { readZipDirectory } from './zipGuard'

export interface DocxOptions {
  upload: UploadFunction
  signal?: AbortSignal
}

const megabyte = 1024 * 1024
const largestFile = 30 * megabyte
/** What a page can hold in memory; an honest document of 30 MB stays below it. */
const largestUnpacked = 300 * megabyte

const centre = 'govmedia-centre'
const right = 'govmedia-right'
const indent = 'govmedia-indent'

const styleMap = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='标题'] => h1:fresh",
  "p[style-name='Subtitle'] => h2:fresh",
  "p[style-name='副标题'] => h2:fresh",
  // What only looks like a title is always centred; its lines are then joined.
  `p[style-name='govmedia-h1'] => h1.${centre}:fresh`,
  ...[2, 3].map((level) => `p[style-name='govmedia-h${level}'] => h${level}:fresh`),
  ...[1, 2, 3, 4].map((level) => `p[style-name='标题 ${level}'] => h${level}:fresh`),
  ...[centre, right, indent].map((name) => `p[style-name='${name}'] => p.${name}:fresh`),
  'u => u',
  'strike => s',
  'comment-reference => ',
]

/** The parts of mammoth's document model that are read here. */
interface Element {
  type: string
  children?: Element[]
  value?: string
}
interface RunElement extends Element {
  font: string | null
  fontSize: number | null
}
interface ParagraphElement extends Element {
  styleName: string | null
  styleId: string | null
  alignment: string | null
  numbering: unknown
  indent: { firstLine: string | null }
}

function textOf(element: Element): string {
  return element.type === 'text' ? (element.value ?? '') : (element.children ?? []).map(textOf).join('')
}

function runsOf(element: Element): RunElement[] {
  return element.type === 'run' ? [element as RunElement] : (element.children ?? []).flatMap(runsOf)
}

function asBlock(paragraph: ParagraphElement): TextBlock {
  const runs = runsOf(paragraph).map((run) => ({
    text: textOf(run),
    marks: {},
    font: run.font ?? '',
    size: run.fontSize,
  }))
  const align = paragraph.alignment === 'center' ? 'center' : ''
  return { kind: 'text', tag: 'p', align, indent: false, list: null, runs: tidyRuns(runs).runs }
}

/** The style under which a paragraph is converted: what mammoth drops is carried over in its name. */
function styleFor(paragraph: ParagraphElement): string | null {
  const heading = lookedHeading(asBlock(paragraph))
  if (heading) return `govmedia-${heading}`
  if (paragraph.alignment === 'center') return centre
  if (paragraph.alignment === 'right' || paragraph.alignment === 'end') return right
  return Number(paragraph.indent.firstLine ?? 0) > 0 ? indent : null
}

const isNamedHeading = (paragraph: ParagraphElement) =>
  /^(heading|标题|副标题|title|subtitle)/i.test(paragraph.styleName ?? '')

interface Conversion {
  warnings: string[]
  numbered: boolean
}

function transform(conversion: Conversion) {
  return function visit(element: Element): Element {
    const children = element.children?.map(visit)
    const copy = children ? { ...element, children } : element
    if (element.type !== 'paragraph') return copy
    const paragraph = copy as ParagraphElement
    if (paragraph.numbering) {
      conversion.numbered = true
      return paragraph
    }
    const styleName = isNamedHeading(paragraph) ? null : styleFor(paragraph)
    return styleName ? Object.assign({}, paragraph, { styleName, styleId: styleName }) : paragraph
  }
}

interface DocxImage {
  contentType: string
  readAsArrayBuffer: () => Promise<ArrayBuffer>
}

/** Uploads the pictures one after the other, in the order of the text; a failed one becomes a warning. */
function pictureConverter(conversion: Conversion, options: DocxOptions) {
  let count = 0
  let last: Promise<unknown> = Promise.resolve()

  async function store(image: DocxImage, index: number): Promise<{ src: string }> {
    if (!pictureTypes.includes(image.contentType)) {
      conversion.warnings.push(zh.editor.import.pictureKind(index))
      return { src: '' }
    }
    const extension = image.contentType.slice('image/'.length).replace('jpeg', 'jpg')
    const bytes = await image.readAsArrayBuffer()
    const file = new File([bytes], `docx-${index}.${extension}`, { type: image.contentType })
    try {
      const media = await options.upload(file, { signal: options.signal })
      return { src: media.url }
    } catch (error) {
      conversion.warnings.push(zh.editor.import.pictureFailed(index, toProblem(error).message))
      return { src: '' }
    }
  }

  return (image: DocxImage): Promise<{ src: string }> => {
    count += 1
    const index = count
    const stored = last.then(() => store(image, index))
    last = stored
    return stored
  }
}

function withClasses(html: string): string {
  return html
    .replaceAll(` class="${centre}"`, ' style="text-align: center"')
    .replaceAll(` class="${right}"`, ' style="text-align: right"')
    .replaceAll(` class="${indent}"`, ' style="text-indent: 2em"')
}

/** The first bytes of the old binary format, which also wraps every document with a password. */
function isOldFormat(bytes: ArrayBuffer): boolean {
  const head = new Uint8Array(bytes.slice(0, 4))
  return head[0] === 0xd0 && head[1] === 0xcf && head[2] === 0x11 && head[3] === 0xe0
}

function checkFile(bytes: ArrayBuffer): void {
  if (isOldFormat(bytes)) throw new ImportError(zh.editor.import.oldDoc)
  const directory = readZipDirectory(bytes)
  if (!directory) throw new ImportError(zh.editor.import.broken)
  if (directory.unpacked > largestUnpacked) throw new ImportError(zh.editor.import.bomb)
}

/**
 * importDocx takes in a Word document: headings, lists, tables with merged cells, bold, underline, centre,
 * first-line indent and pictures, which are uploaded on the way. Throws ImportError, whose message says what to do,
 * for a file that is too large, of the old format, locked, damaged or empty.
 */
export async function importDocx(file: File, options: DocxOptions): Promise<Imported> {
  if (file.size > largestFile) throw new ImportError(zh.editor.import.tooLarge(largestFile / megabyte))
  const bytes = await file.arrayBuffer()
  checkFile(bytes)

  const { default: mammoth } = await import('mammoth/mammoth.browser.min.js')
  const conversion: Conversion = { warnings: [], numbered: false }
  let value: string
  try {
    const result = await mammoth.convertToHtml(
      { arrayBuffer: bytes },
      {
        styleMap,
        transformDocument: transform(conversion),
        convertImage: mammoth.images.imgElement(pictureConverter(conversion, options)),
        externalFileAccess: false,
      },
    )
    value = result.value
  } catch {
    throw new ImportError(zh.editor.import.broken)
  }

  const cleaned = cleanHtml(withClasses(value), { liftTitle: true })
  if (cleaned.html === '' && cleaned.title === '') throw new ImportError(zh.editor.import.empty)
  if (conversion.numbered) conversion.warnings.push(zh.editor.import.numbering)
  if (cleaned.pictures.foreign > 0) conversion.warnings.push(zh.editor.import.foreignPictures(cleaned.pictures.foreign))
  return { title: cleaned.title, html: cleaned.html, warnings: conversion.warnings }
}
