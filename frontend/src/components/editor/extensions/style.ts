import { Extension } from '@tiptap/core'
import { TextStyle } from '@tiptap/extension-text-style'
import { knownFontSize, snapColor } from '../palette'

/** A span counts only when it has a colour or a size of ours. */
export const ArticleTextStyle = TextStyle.extend({
  addAttributes() {
    return {
      color: {
        default: null,
        parseHTML: (element: HTMLElement) => snapColor(element.style.color),
        renderHTML: ({ color }: Record<string, unknown>) => (color ? { style: `color: ${String(color)}` } : {}),
      },
      fontSize: {
        default: null,
        parseHTML: (element: HTMLElement) => knownFontSize(element.style.fontSize),
        renderHTML: ({ fontSize }: Record<string, unknown>) =>
          fontSize ? { style: `font-size: ${String(fontSize)}px` } : {},
      },
    }
  },

  parseHTML() {
    return [
      {
        tag: 'span',
        consuming: false,
        getAttrs: (element) =>
          snapColor(element.style.color) || knownFontSize(element.style.fontSize) ? {} : false,
      },
    ]
  },
})

/** The first-line indent of two characters that Chinese body text has. */
export const FirstLineIndent = Extension.create({
  name: 'firstLineIndent',

  addGlobalAttributes() {
    return [
      {
        types: ['paragraph'],
        attributes: {
          indent: {
            default: false,
            parseHTML: (element) => /^[1-9]/.test(element.style.textIndent),
            renderHTML: ({ indent }) => (indent ? { style: 'text-indent: 2em' } : {}),
          },
        },
      },
    ]
  },
})
