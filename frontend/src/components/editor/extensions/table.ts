import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table'

const largestSpan = 100

function spanAttribute(name: 'colspan' | 'rowspan') {
  return {
    default: 1,
    parseHTML: (element: HTMLElement) => {
      const value = Number(element.getAttribute(name))
      return Number.isInteger(value) && value > 1 && value <= largestSpan ? value : 1
    },
    renderHTML: (attributes: Record<string, unknown>) =>
      Number(attributes[name]) > 1 ? { [name]: attributes[name] } : {},
  }
}

/** Cells know their spans and nothing else; `colwidth` stays because the table commands ask for it. */
function cellAttributes() {
  return {
    colspan: spanAttribute('colspan'),
    rowspan: spanAttribute('rowspan'),
    colwidth: { default: null, parseHTML: () => null, renderHTML: () => ({}) },
  }
}

/** A table without widths and wrappers: the channel decides how wide it is. */
const ArticleTable = Table.extend({
  renderHTML() {
    return ['table', ['tbody', 0]]
  },
})

export const tableExtensions = [
  ArticleTable.configure({ resizable: false }),
  TableRow,
  TableCell.extend({ addAttributes: cellAttributes }),
  TableHeader.extend({ addAttributes: cellAttributes }),
]
