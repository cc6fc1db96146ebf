import { refreshSession } from './fetch'
import { ApiProblem, clientCodes, problemFromBody } from './problem'
import { zh } from '@/locales/zh-CN'

/** A stored picture, and where the console finds it. */
export interface UploadedMedia {
  id: string
  url: string
  width: number
  height: number
}

export interface UploadOptions {
  /** Called with the share sent so far, 0 to 1. */
  onProgress?: (share: number) => void
  signal?: AbortSignal
}

/** Further fields of the form, such as the unit that the picture belongs to. */
export type UploadFields = Record<string, string>

/** UploadFunction stores one picture; the editor, the cover and the imports all take one. */
export type UploadFunction = (file: File, options?: UploadOptions) => Promise<UploadedMedia>

function asMedia(body: unknown): UploadedMedia {
  const { id, width, height } = body as Omit<UploadedMedia, 'url'>
  return { id, width, height, url: mediaUrl(id) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function post(url: string, file: File, fields: UploadFields, options: UploadOptions): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', file, file.name)
    request.open('POST', url)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) options.onProgress?.(event.loaded / event.total)
    }
    request.onload = () => resolve({ status: request.status, body: parse(request.responseText) })
    request.onerror = () =>
      reject(new ApiProblem({ status: 0, code: clientCodes.offline, detail: zh.errors.uploadBroken }))
    request.onabort = () =>
      reject(new ApiProblem({ status: 0, code: clientCodes.cancelled, detail: zh.errors.cancelled }))
    options.signal?.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}

/** The address at which the console shows a stored picture, and by which an article names it. */
export function mediaUrl(id: string): string {
  return `/media/${id}`
}

/**
 * uploadTo gives an UploadFunction that posts the file as `file` of a multipart form to url, with the fields that hold
 * at that moment. XMLHttpRequest stands here because fetch tells nothing about what has been sent.
 */
export function uploadTo(url: string, fields: () => UploadFields = () => ({})): UploadFunction {
  return async (file, options = {}) => {
    let answer = await post(url, file, fields(), options)
    if (answer.status === 401 && (await refreshSession())) answer = await post(url, file, fields(), options)
    if (answer.status >= 200 && answer.status < 300) return asMedia(answer.body)
    throw problemFromBody(answer.status, answer.body)
  }
}
