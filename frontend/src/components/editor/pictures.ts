import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import type { InjectionKey } from 'vue'
import type { UploadedMedia } from '@/api/upload'
import type { PictureAttributes } from './extensions/image'
import { isForeign } from './paste/pictures'
import type { Uploads } from './uploads'

/** Pictures that keep an article from being complete. */
export interface PendingPictures {
  uploading: number
  failed: number
  foreign: number
}

/** What the view of a picture needs from its editor. */
export interface PictureContext {
  uploads: Uploads
  /** Lets the server fetch a foreign picture; undefined where the page offers none. */
  fetchImage: () => ((url: string) => Promise<UploadedMedia>) | undefined
  /** Opens the settings of the picture at the position. */
  edit: (position: number) => void
  /** Puts an uploaded file in the place of the picture at the position. */
  replace: (position: number, file: File) => void
}

export const pictureContext: InjectionKey<PictureContext> = Symbol('pictures of the editor')

function eachPicture(doc: Node, visit: (picture: PictureAttributes, position: number) => void): void {
  doc.descendants((node, position) => {
    if (node.type.name === 'image') visit(node.attrs as PictureAttributes, position)
  })
}

/** Counts the pictures that are not stored on this platform. */
export function pendingPictures(doc: Node, uploads: Uploads): PendingPictures {
  const pending: PendingPictures = { uploading: 0, failed: 0, foreign: 0 }
  eachPicture(doc, (picture) => {
    if (picture.uploadId) {
      if (uploads.get(picture.uploadId)?.state === 'running') pending.uploading += 1
      else pending.failed += 1
    } else if (isForeign(picture.src)) {
      pending.foreign += 1
    }
  })
  return pending
}

/**
 * Gives every finished upload its address, wherever its picture stands by now. An undone deletion can bring back a
 * picture whose upload ended meanwhile, so this runs after every change.
 */
export function settleUploads(editor: Editor, uploads: Uploads): void {
  const { tr } = editor.view.state
  eachPicture(tr.doc, (picture, position) => {
    const media = picture.uploadId ? uploads.get(picture.uploadId)?.media : null
    if (!media) return
    tr.setNodeMarkup(position, undefined, { ...picture, src: media.url, uploadId: '' })
  })
  if (tr.docChanged) editor.view.dispatch(tr.setMeta('addToHistory', false))
}

/** The article as HTML, without the pictures that are still on their way. */
export function articleHtml(editor: Editor): string {
  if (editor.isEmpty) return ''
  const html = editor.getHTML()
  if (!html.includes('data-upload-id')) return html
  const page = new DOMParser().parseFromString(html, 'text/html')
  for (const image of page.querySelectorAll('img[data-upload-id]')) image.remove()
  return page.body.innerHTML
}

/** Chinese characters, and all characters that are not blank. */
export function countText(text: string): { chinese: number; all: number } {
  const all = [...text.replace(/\s+/g, '')].length
  return { chinese: text.match(/\p{Script=Han}/gu)?.length ?? 0, all }
}
