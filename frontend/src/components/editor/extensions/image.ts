import { Node, type NodeViewRenderer } from '@tiptap/core'
import { percentWidth } from '../paste/pictures'

/** What a picture of an article knows about itself. */
export interface PictureAttributes {
  src: string
  alt: string
  /** `25%` to `100%`; empty for the natural size. */
  width: string
  caption: string
  /** Set while the file is on its way; such a picture is not part of the article yet. */
  uploadId: string
}

const fileAddress = /^(file|blob|data|javascript):/i

function readImage(image: Element | null): Omit<PictureAttributes, 'caption'> | false {
  if (!image) return false
  const attribute = (name: string) => image.getAttribute(name)?.trim() ?? ''
  const src = attribute('src')
  const uploadId = attribute('data-upload-id')
  if ((src === '' && uploadId === '') || fileAddress.test(src)) return false
  return {
    src,
    alt: attribute('alt'),
    width: percentWidth(image),
    uploadId,
  }
}

function imageAttributes(picture: PictureAttributes): Record<string, string> {
  if (picture.uploadId) return { 'data-upload-id': picture.uploadId, alt: picture.alt }
  const attributes: Record<string, string> = { src: picture.src, alt: picture.alt }
  if (picture.width) attributes.style = `width: ${picture.width}`
  return attributes
}

/** A picture is a block of its own: `<img>`, or `<figure>` when it has a caption. */
export function articleImage(nodeView: NodeViewRenderer | null) {
  return Node.create({
    name: 'image',
    group: 'block',
    atom: true,
    draggable: true,

    addAttributes() {
      const names = ['src', 'alt', 'width', 'caption', 'uploadId']
      return Object.fromEntries(names.map((name) => [name, { default: '', rendered: false }]))
    },

    parseHTML() {
      return [
        {
          tag: 'figure',
          getAttrs: (figure) => {
            const image = readImage(figure.querySelector('img'))
            const caption = figure.querySelector('figcaption')?.textContent?.trim() ?? ''
            return image && { ...image, caption }
          },
        },
        { tag: 'img', getAttrs: readImage },
      ]
    },

    renderHTML({ node }) {
      const picture = node.attrs as PictureAttributes
      const image = ['img', imageAttributes(picture)] as const
      if (!picture.caption || picture.uploadId) return image
      return ['figure', image, ['figcaption', picture.caption]]
    },

    addNodeView: nodeView ? () => nodeView : undefined,
  })
}
