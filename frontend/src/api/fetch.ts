import { reportReached, reportUnreached } from '@/composables/connection'

const sessionPath = '/api/session'
const refreshPath = '/api/session/refresh'

let refreshing: Promise<boolean> | null = null
let signedOutHandler: () => void = () => undefined

/** Sets what happens when the session is gone for good: the router goes to the sign-in page. */
export function onSignedOut(handler: () => void): void {
  signedOutHandler = handler
}

async function send(input: RequestInfo, init?: RequestInit): Promise<Response> {
  try {
    const response = await fetch(input, { credentials: 'same-origin', ...init })
    reportReached()
    return response
  } catch (error) {
    const stopped = error instanceof DOMException && error.name === 'AbortError'
    if (!stopped) reportUnreached()
    throw error
  }
}

/**
 * refreshSession asks for a new access cookie. Calls that fail together share one request.
 * False means the refresh row is spent or revoked; a lost network throws instead, because
 * a person on a bad line is still signed in.
 */
export function refreshSession(): Promise<boolean> {
  refreshing ??= send(refreshPath, { method: 'POST' })
    .then((response) => {
      if (response.ok) return true
      if (response.status === 401 || response.status === 403) return false
      throw new TypeError(`fetch: refresh answered ${response.status}`)
    })
    .finally(() => {
      refreshing = null
    })
  return refreshing
}

/** The sign-in calls answer 401 for reasons of their own: a wrong password is not a spent session. */
function renewable(request: Request): boolean {
  const path = new URL(request.url, location.href).pathname
  if (path === refreshPath) return false
  return !(path === sessionPath && request.method !== 'GET')
}

/**
 * sessionFetch is fetch with the session kept alive: a 401 is answered by one refresh and one second try.
 * When the refresh is refused, the signed-out handler runs and the caller gets the first 401.
 */
export async function sessionFetch(input: Request): Promise<Response> {
  const again = renewable(input) ? input.clone() : null
  const response = await send(input)
  if (response.status !== 401 || again === null) return response
  if (await refreshSession()) return send(again)
  signedOutHandler()
  return response
}
