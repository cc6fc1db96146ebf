/** Declarations of one element: lower-case property to value. */
export type Declarations = Map<string, string>

/** How Word numbers one level of one of its lists, from `@list l0:level1 { … }`. */
export interface ListLevel {
  format: string
}

/** What a pasted `<style>` block says, as far as article text cares. */
export interface StyleSheet {
  rules: Map<string, Declarations>
  lists: Map<string, ListLevel>
}

/** Splits at semicolons that do not stand in quotes or brackets. */
export function parseDeclarations(text: string): Declarations {
  const result: Declarations = new Map()
  for (const part of text.match(/(?:"[^"]*"|'[^']*'|\([^)]*\)|[^;"'(])+/g) ?? []) {
    const colon = part.indexOf(':')
    if (colon < 1) continue
    const property = part.slice(0, colon).trim().toLowerCase()
    const value = part.slice(colon + 1).replace(/!important/i, '').trim()
    if (property && value) result.set(property, value)
  }
  return result
}

/**
 * Reads the rules of the style blocks. Only `tag`, `.class` and `tag.class` are understood, because Word and WPS
 * write nothing else for text; the rest is passed over.
 */
export function parseStyleSheet(css: string): StyleSheet {
  const sheet: StyleSheet = { rules: new Map(), lists: new Map() }
  const bare = css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/<!--|-->/g, '')
  for (const [, head = '', body = ''] of bare.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const declarations = parseDeclarations(body)
    const list = /@list\s+(l\d+:level\d+)/.exec(head)
    if (list) {
      sheet.lists.set(list[1]!, { format: declarations.get('mso-level-number-format') ?? 'arabic' })
      continue
    }
    for (const selector of head.split(',').map((part) => part.trim())) {
      if (!/^[a-z0-9]*(\.[\w\u4e00-\u9fff-]+)?$/i.test(selector) || selector === '') continue
      const key = selector.replace(/^[^.]+/, (tag) => tag.toLowerCase())
      sheet.rules.set(key, new Map([...(sheet.rules.get(key) ?? []), ...declarations]))
    }
  }
  return sheet
}

/** The declarations that hold for one element: tag, then class, then its own `style`. */
export function declarationsOf(element: Element, sheet: StyleSheet): Declarations {
  const tag = element.tagName.toLowerCase()
  const classes = [...element.classList]
  const keys = [tag, ...classes.map((name) => `.${name}`), ...classes.map((name) => `${tag}.${name}`)]
  const merged: Declarations = new Map()
  for (const key of keys) {
    for (const [property, value] of sheet.rules.get(key) ?? []) merged.set(property, value)
  }
  for (const [property, value] of parseDeclarations(element.getAttribute('style') ?? '')) {
    merged.set(property, value)
  }
  return merged
}

/** A length in points; null for anything that is not an absolute length. */
export function points(value: string | undefined): number | null {
  const match = /^(-?[\d.]+)\s*(pt|px|cm|mm|in)$/i.exec(value ?? '')
  if (!match) return null
  const factor = { pt: 1, px: 0.75, cm: 28.35, mm: 2.835, in: 72 }[match[2]!.toLowerCase()]
  return Number(match[1]) * (factor ?? 1)
}
