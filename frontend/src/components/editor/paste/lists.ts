import type { ListPlace } from './blocks'
import type { Declarations, StyleSheet } from './styles'

/** A list paragraph of Word: its place in the list, or the marker to be kept as text. */
export type WordListItem = { place: ListPlace; marker: '' } | { place: null; marker: string }

const isMarker = (element: Element) => /mso-list:\s*ignore/i.test(element.getAttribute('style') ?? '')

/**
 * Takes the marker that Word shows before the text out of the paragraph and returns it, such as `1.` or `·`.
 * Empty for a bullet that is a picture, null when the paragraph shows none.
 */
function takeMarker(paragraph: Element): string | null {
  const markers = [...paragraph.querySelectorAll('[style]')].filter(isMarker)
  if (markers.length === 0) return null
  const text = markers.map((marker) => marker.textContent ?? '').join('')
  for (const marker of markers) marker.remove()
  return text.replace(/[\s\u00a0]+/g, '')
}

function orderedType(marker: string, format: string): string {
  if (/roman-lower/.test(format)) return 'i'
  if (/roman-upper/.test(format)) return 'I'
  if (/^[(（]?[a-z][.)）、]?$/.test(marker)) return 'a'
  if (/^[(（]?[A-Z][.)）、]?$/.test(marker)) return 'A'
  return ''
}

function itemNumber(marker: string, type: string): number {
  const digits = /\d+/.exec(marker)
  if (digits) return Number(digits[0])
  const letter = /[a-z]/i.exec(marker)
  return letter && (type === 'a' || type === 'A') ? letter[0].toLowerCase().charCodeAt(0) - 96 : 1
}

/**
 * Reads a paragraph with `mso-list`; null when it is none. Arabic numbers, letters and bullets become real lists.
 * 一、 （一） 第一条 ① and 1.1 stay text, because a web list cannot show them and they carry the structure of an
 * official document.
 */
export function readListItem(paragraph: Element, style: Declarations, sheet: StyleSheet): WordListItem | null {
  const reference = /\b(l\d+)\s+level(\d+)/i.exec(style.get('mso-list') ?? '')
  if (!reference) return null
  const level = Number(reference[2])
  const format = sheet.lists.get(`${reference[1]!.toLowerCase()}:level${level}`)?.format ?? ''
  const marker = takeMarker(paragraph)
  if (marker === null) return null

  const type = orderedType(marker, format)
  const arabic = /^[(（]?\d+[.)）、．]?$/.test(marker)
  if (arabic || type) {
    return { place: { level, ordered: true, number: itemNumber(marker, type), type }, marker: '' }
  }
  if (/[\d\u3400-\u9fff〇①-⑳㈠-㈩]/.test(marker)) return { place: null, marker }
  return { place: { level, ordered: false, number: 1, type: '' }, marker: '' }
}
