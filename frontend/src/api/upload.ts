import { refreshSession } from './fetch'
import { ApiProblem, clientCodes, problemFromBody } from './problem'
import { zh } from '@/locales/zh-CN'

/** What the server answers for a stored picture. */
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

/** UploadFunction stores one picture; the editor, the cover and the imports all take one. */
export type UploadFunction = (file: File, options?: UploadOptions) => Promise<UploadedMedia>

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function post(url: string, file: File, options: UploadOptions): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const form = new FormData()
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

/**
 * uploadTo gives an UploadFunction that posts the file as `file` of a multipart form to url.
 * XMLHttpRequest stands here because fetch tells nothing about what has been sent.
 */
export function uploadTo(url: string): UploadFunction {
  return async (file, options = {}) => {
    let answer = await post(url, file, options)
    if (answer.status === 401 && (await refreshSession())) answer = await post(url, file, options)
    if (answer.status >= 200 && answer.status < 300) return answer.body as UploadedMedia
    throw problemFromBody(answer.status, answer.body)
  }
}
