/** Elements that an article never has; what the server cleaned holds none of them. */
const refused =
  'script, style, link, meta, base, iframe, frame, object, embed, applet, form, input, button, select, textarea, svg, ' +
  'math, template, audio, video, canvas, dialog, noscript'

const safeAddress = /^(https?:\/\/|mailto:|\/(?!\/))/i

function disarm(element: Element): void {
  for (const { name, value } of [...element.attributes]) {
    const address = name === 'src' || name === 'href'
    if (/^on|^srcdoc$|^srcset$|^xlink:/i.test(name) || (address && !safeAddress.test(value.trim()))) {
      element.removeAttribute(name)
    }
  }
}

/**
 * articleContent makes nodes of an article's HTML. The server has cleaned it already; this is the second fence, so
 * that nothing in it can act even if a row was written by other means.
 */
export function articleContent(html: string): DocumentFragment {
  const page = new DOMParser().parseFromString(html, 'text/html')
  for (const element of page.querySelectorAll(refused)) element.remove()
  for (const element of page.body.querySelectorAll('*')) disarm(element)
  const fragment = document.createDocumentFragment()
  fragment.append(...[...page.body.childNodes].map((node) => document.importNode(node, true)))
  return fragment
}
