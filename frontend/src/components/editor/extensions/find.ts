import { Extension, type Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin, PluginKey, TextSelection, type EditorState } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'

export interface Match {
  from: number
  to: number
}

interface FindState {
  query: string
  matches: Match[]
}

const key = new PluginKey<FindState>('find')
/** Stands for what is no text, such as a line break, so that offsets stay true. */
const objectCharacter = '\ufffc'

/** Where the query stands in the text blocks, upper and lower case alike. */
export function findMatches(doc: Node, query: string): Match[] {
  const wanted = query.toLowerCase()
  const matches: Match[] = []
  if (wanted === '') return matches
  doc.descendants((node, position) => {
    if (!node.isTextblock) return true
    const text = node.textBetween(0, node.content.size, undefined, objectCharacter).toLowerCase()
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      matches.push({ from: position + 1 + at, to: position + 1 + at + wanted.length })
    }
    return false
  })
  return matches
}

/** Marks every place of the searched text. */
export const Find = Extension.create({
  name: 'find',

  addProseMirrorPlugins() {
    return [
      new Plugin<FindState>({
        key,
        state: {
          init: () => ({ query: '', matches: [] }),
          apply(transaction, state) {
            const query = (transaction.getMeta(key) as string | undefined) ?? state.query
            if (query === state.query && !transaction.docChanged) return state
            return { query, matches: findMatches(transaction.doc, query) }
          },
        },
        props: {
          decorations(state) {
            const marks = (key.getState(state)?.matches ?? []).map(({ from, to }) =>
              Decoration.inline(from, to, { class: from === state.selection.from ? 'found found-now' : 'found' }),
            )
            return DecorationSet.create(state.doc, marks)
          },
        },
      }),
    ]
  },
})

/** The places of the query that is set. */
export function matchesOf(state: EditorState): Match[] {
  return key.getState(state)?.matches ?? []
}

/** The index of the match that is selected, -1 when none is. */
export function currentMatch(state: EditorState): number {
  const { from, to } = state.selection
  return matchesOf(state).findIndex((match) => match.from === from && match.to === to)
}

/** Sets what is searched; an empty query takes the marks away. */
export function setQuery(editor: Editor, query: string): void {
  editor.view.dispatch(editor.view.state.tr.setMeta(key, query))
}

/** Selects the next place after the selection, or the one before it, and goes round at the ends. */
export function selectMatch(editor: Editor, step: 1 | -1): void {
  const state = editor.view.state
  const matches = matchesOf(state)
  if (matches.length === 0) return
  const selected = currentMatch(state)
  const following = matches.findIndex((match) => match.from >= state.selection.from)
  const next = following < 0 ? matches.length : following
  const index = selected >= 0 ? selected + step : step > 0 ? next : next - 1
  const match = matches[(index + matches.length) % matches.length]!
  const { tr } = state
  editor.view.dispatch(tr.setSelection(TextSelection.create(tr.doc, match.from, match.to)).scrollIntoView())
}

/** Replaces the selected place and goes on to the next one. */
export function replaceMatch(editor: Editor, replacement: string): void {
  const match = matchesOf(editor.view.state)[currentMatch(editor.view.state)]
  if (match) editor.view.dispatch(editor.view.state.tr.insertText(replacement, match.from, match.to))
  selectMatch(editor, 1)
}

/** Replaces every place in one step, which one undo takes back; returns how many there were. */
export function replaceAllMatches(editor: Editor, replacement: string): number {
  const matches = matchesOf(editor.view.state)
  const { tr } = editor.view.state
  for (const { from, to } of [...matches].reverse()) tr.insertText(replacement, from, to)
  if (matches.length > 0) editor.view.dispatch(tr)
  return matches.length
}
