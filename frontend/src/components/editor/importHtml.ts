import { zh } from '@/locales/zh-CN'
import { cleanHtml, type CleanOptions } from './paste/clean'

/** A text taken in from a file, ready for the title field and the editor. */
export interface Imported {
  title: string
  html: string
  /** Sentences about what did not come along. */
  warnings: string[]
}

/** ImportError carries the sentence to show when a file cannot be read at all. */
export class ImportError extends Error {
  override name = 'ImportError'
}

/** Decodes the bytes of a web page: by the charset it names, else UTF-8, else GB18030. */
export function decodeHtml(bytes: ArrayBuffer): string {
  const head = new TextDecoder('latin1').decode(bytes.slice(0, 2048))
  const named = /charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1]?.toLowerCase() ?? ''
  if (/^(gb2312|gbk|gb18030|x-gbk)$/.test(named)) return new TextDecoder('gb18030').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/**
 * importHtml takes in a saved web page or pasted HTML. The title is lifted out of the text. Pictures inside the page
 * go to acceptFile. Throws ImportError when there is no text in it.
 */
export async function importHtml(source: string | File, options: CleanOptions = {}): Promise<Imported> {
  const html = typeof source === 'string' ? source : decodeHtml(await source.arrayBuffer())
  if (html.includes('\u0000')) throw new ImportError(zh.editor.import.unreadableHtml)
  const cleaned = cleanHtml(html, { liftTitle: true, ...options })
  if (cleaned.html === '' && cleaned.title === '') throw new ImportError(zh.editor.import.empty)
  const { local, foreign, oversized } = cleaned.pictures
  const warnings = [
    local > 0 ? zh.editor.import.localPictures(local) : '',
    foreign > 0 ? zh.editor.import.foreignPictures(foreign) : '',
    oversized > 0 ? zh.editor.import.oversizedPictures(oversized) : '',
  ].filter(Boolean)
  return { title: cleaned.title, html: cleaned.html, warnings }
}
