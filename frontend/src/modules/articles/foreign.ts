import { isForeign } from '@/components/editor/paste/pictures'

function parse(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, 'text/html').body
}

/** The addresses of pictures that stand on other sites, each once, in the order of the text. */
export function foreignPictures(html: string): string[] {
  const sources = [...parse(html).querySelectorAll('img')].map((image) => image.getAttribute('src') ?? '')
  return [...new Set(sources.filter(isForeign))]
}

/** The text with one foreign picture replaced by a stored one, wherever it stands. */
export function replacePicture(html: string, source: string, media: { id: string; url: string }): string {
  const body = parse(html)
  for (const image of body.querySelectorAll('img')) {
    if (image.getAttribute('src') !== source) continue
    image.setAttribute('src', media.url)
    image.setAttribute('data-media-id', media.id)
  }
  return body.innerHTML
}
