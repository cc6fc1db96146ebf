import { DOMParser as SchemaParser, Slice, type Fragment, type Schema } from '@tiptap/pm/model'
import { Selection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { textHtml } from './clean'

/** The blocks of plain text; one line alone stays inline, so that it goes on in the paragraph where it is pasted. */
export function textSlice(text: string, schema: Schema): Slice {
  const body = new DOMParser().parseFromString(textHtml(text), 'text/html').body
  const { content } = SchemaParser.fromSchema(schema).parse(body)
  return new Slice(content, 1, 1)
}

/** Whether joining the first block into another paragraph would lose what makes it: its type or its alignment. */
function worthKeeping(content: Fragment): boolean {
  const first = content.firstChild
  if (!first || first.isInline) return false
  if (content.childCount > 1) return true
  return first.type.name !== 'paragraph' || Boolean(first.attrs.textAlign) || Boolean(first.attrs.indent)
}

/**
 * Pastes whole blocks beside or instead of the paragraph of the cursor, because joining them would drop the centre of
 * a title or the first indent. Returns false where the usual joining is right: inside a paragraph, or for a few words.
 */
export function pasteBlocks(view: EditorView, slice: Slice): boolean {
  const { $from, empty } = view.state.selection
  if (!empty || !$from.parent.isTextblock || !worthKeeping(slice.content)) return false
  const atStart = $from.parentOffset === 0
  const atEnd = $from.parentOffset === $from.parent.content.size
  if (!atStart && !atEnd) return false
  const from = atStart ? $from.before() : $from.after()
  const to = atEnd ? $from.after() : $from.before()
  const { tr } = view.state
  tr.replace(from, to, new Slice(slice.content, 0, 0))
  tr.setSelection(Selection.near(tr.doc.resolve(tr.mapping.map(to)), -1))
  view.dispatch(tr.scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'))
  return true
}
