import { sessionFetch } from '@/api/fetch'
import { problemFromBody, toProblem } from '@/api/problem'

/** The name that an answer gives its file; `fallback` when it gives none that can be read. */
export function fileNameOf(disposition: string | null, fallback: string): string {
  return /filename="([^"/\\]+)"/.exec(disposition ?? '')?.[1] ?? fallback
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

/**
 * download fetches a file of the server with the session kept alive and hands it to the browser to be saved. Throws an
 * ApiProblem: a refusal must be a sentence on the page, and a plain link would open it as a page of JSON.
 */
export async function download(path: string, fallbackName: string, signal?: AbortSignal): Promise<void> {
  let response: Response
  let file: Blob
  try {
    response = await sessionFetch(new Request(new URL(path, location.origin), { signal }))
    if (!response.ok) throw problemFromBody(response.status, await bodyOf(response))
    file = await response.blob()
  } catch (error) {
    throw toProblem(error)
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = fileNameOf(response.headers.get('Content-Disposition'), fallbackName)
  link.click()
  // The browser reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
