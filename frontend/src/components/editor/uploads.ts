import { reactive } from 'vue'
import { toProblem } from '@/api/problem'
import type { UploadedMedia, UploadFunction } from '@/api/upload'
import { zh } from '@/locales/zh-CN'
import { pictureTypes } from './paste/pictures'

export const largestPicture = 20 * 1024 * 1024

/** One picture on its way to the server, from the choice of the file to the answer. */
export interface PictureUpload {
  name: string
  state: 'running' | 'failed' | 'done'
  /** Share sent, 0 to 1. */
  progress: number
  /** Why it failed, as a sentence. */
  message: string
  media: UploadedMedia | null
}

export interface Uploads {
  get: (id: string) => PictureUpload | undefined
  /** Starts the upload and returns its id; a file that cannot be used fails at once, with a sentence. */
  add: (file: File) => string
  retry: (id: string) => void
  /** Stops what is still running. */
  dispose: () => void
}

function refusal(file: File): string {
  if (!pictureTypes.includes(file.type)) return zh.editor.picture.wrongKind(file.name)
  if (file.size > largestPicture) return zh.editor.picture.tooLarge(file.name, largestPicture / 1024 / 1024)
  return ''
}

/** createUploads keeps the pictures of one editor that have no address yet; onSettled is called after each that got one or failed. */
export function createUploads(upload: UploadFunction, onSettled: () => void): Uploads {
  const items = reactive(new Map<string, PictureUpload>())
  const files = new Map<string, File>()
  const abort = new AbortController()
  let next = 1

  async function run(id: string): Promise<void> {
    const item = items.get(id)
    const file = files.get(id)
    if (!item || !file) return
    item.message = refusal(file)
    item.state = item.message ? 'failed' : 'running'
    if (item.message) return
    item.progress = 0
    try {
      const onProgress = (share: number) => (item.progress = share)
      item.media = await upload(file, { onProgress, signal: abort.signal })
      item.state = 'done'
      files.delete(id)
    } catch (error) {
      item.state = 'failed'
      item.message = toProblem(error).message
    }
    if (!abort.signal.aborted) onSettled()
  }

  function add(file: File): string {
    const id = `upload-${next++}`
    files.set(id, file)
    const name = file.name || zh.editor.picture.pasted
    items.set(id, { name, state: 'running', progress: 0, message: '', media: null })
    void run(id)
    return id
  }

  return { get: (id) => items.get(id), add, retry: (id) => void run(id), dispose: () => abort.abort() }
}
