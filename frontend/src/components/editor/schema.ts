import type { Extensions, NodeViewRenderer } from '@tiptap/core'
import Subscript from '@tiptap/extension-subscript'
import Superscript from '@tiptap/extension-superscript'
import TextAlign from '@tiptap/extension-text-align'
import { Placeholder } from '@tiptap/extensions'
import StarterKit from '@tiptap/starter-kit'
import { zh } from '@/locales/zh-CN'
import { Find } from './extensions/find'
import { articleImage } from './extensions/image'
import { ArticleTextStyle, FirstLineIndent } from './extensions/style'
import { tableExtensions } from './extensions/table'

/**
 * articleExtensions is the schema of an article: what is not in it cannot stand in one, however it was pasted.
 * The pictures get their view from the editor; without one they are plain images, as in tests.
 */
export function articleExtensions(imageView: NodeViewRenderer | null = null): Extensions {
  return [
    StarterKit.configure({
      heading: { levels: [1, 2, 3, 4] },
      code: false,
      codeBlock: false,
      link: {
        openOnClick: false,
        autolink: false,
        HTMLAttributes: { target: null, rel: null },
        isAllowedUri: (url) => /^(https?:\/\/|mailto:)/i.test(url),
      },
    }),
    TextAlign.configure({ types: ['heading', 'paragraph'], alignments: ['center', 'right'] }),
    FirstLineIndent,
    ArticleTextStyle,
    Subscript,
    Superscript,
    ...tableExtensions,
    articleImage(imageView),
    Find,
    Placeholder.configure({ placeholder: zh.editor.placeholder }),
  ]
}
