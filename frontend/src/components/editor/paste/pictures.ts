import { escapeHtml } from './runs'

/** What became of the pictures of a pasted text. */
export interface PictureCounts {
  /** Pictures on the person's own disk, which a page cannot read. */
  local: number
  /** Pictures of other sites, kept as placeholders. */
  foreign: number
  /** Pictures inside the text that are too large or of a kind that no channel shows. */
  oversized: number
}

export interface PictureOptions {
  /** Takes over a picture that came inside the text and returns the id under which it is uploaded. */
  acceptFile?: (file: File) => string
  maxBytes: number
}

/** Kinds of pictures that every channel shows. */
export const pictureTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']

/** Whether the address is another site's; paths of this console's own site are not. */
export function isForeign(src: string): boolean {
  if (!/^(https?:)?\/\//i.test(src)) return false
  return new URL(src, location.href).origin !== location.origin
}

/** Decodes a data: address without fetch, which the page's policy may forbid; null when it is not a picture of ours. */
export function dataUriFile(src: string, name: string): File | null {
  const match = /^data:([\w/+.-]+)((?:;[\w=-]+)*),([\s\S]*)$/i.exec(src)
  const type = match?.[1]?.toLowerCase() ?? ''
  if (!match || !pictureTypes.includes(type) || !/;base64$/i.test(match[2]!)) return null
  try {
    const bytes = Uint8Array.from(atob(match[3]!.replace(/\s+/g, '')), (char) => char.charCodeAt(0))
    return new File([bytes], `${name}.${type.slice(6).replace('jpeg', 'jpg')}`, { type })
  } catch {
    return null
  }
}

function imgHtml(attributes: Record<string, string>): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => ` ${name}="${escapeHtml(value)}"`)
  return `<img${written.join('')}>`
}

/** The width in per cent of the text, as this editor writes it; empty for any other width. */
export function percentWidth(image: Element): string {
  return /(?:^|;)\s*width:\s*(\d{1,3}%)/i.exec(image.getAttribute('style') ?? '')?.[1] ?? ''
}

function widthStyle(image: Element): string {
  const width = percentWidth(image)
  return width && `width: ${width}`
}

/** Word calls a picture without a description by its path or number; that helps nobody. */
function altOf(image: Element): string {
  const alt = image.getAttribute('alt')?.trim() ?? ''
  return /[\\/]|^(图片|image|img|picture)[\s_]*\d*$|\.(png|jpe?g|gif|webp|bmp)$/i.test(alt) ? '' : alt
}

function takeData(src: string, alt: string, counts: PictureCounts, options: PictureOptions): string {
  const tooLong = src.length * 0.75 > options.maxBytes
  const file = tooLong ? null : dataUriFile(src, 'pasted')
  if (!file || !options.acceptFile) {
    counts.oversized += 1
    return ''
  }
  return imgHtml({ 'data-upload-id': options.acceptFile(file), alt })
}

/**
 * The HTML that stands for a pasted picture, empty when nothing can: a local file is counted and left out, a picture
 * inside the text is handed over for upload, one of another site stays with its address.
 */
export function readPicture(image: Element, counts: PictureCounts, options: PictureOptions): string {
  const lazy = image.getAttribute('data-src') ?? ''
  const src = (/^(https?:)?\/\//i.test(lazy) ? lazy : (image.getAttribute('src') ?? '')).trim()
  const alt = altOf(image)
  const uploadId = image.getAttribute('data-upload-id') ?? ''
  if (src === '') return uploadId ? imgHtml({ 'data-upload-id': uploadId, alt }) : ''
  if (image.getAttribute('width') === '1' && image.getAttribute('height') === '1') return ''
  if (/^data:/i.test(src)) return takeData(src, alt, counts, options)
  if (/^\/(?!\/)/.test(src) || (/^https?:/i.test(src) && !isForeign(src))) {
    return imgHtml({ src, alt, style: widthStyle(image) })
  }
  if (isForeign(src)) {
    counts.foreign += 1
    return imgHtml({ src: src.startsWith('//') ? `https:${src}` : src, alt, style: widthStyle(image) })
  }
  counts.local += 1
  return ''
}
