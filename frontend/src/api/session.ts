import { createApi, unwrap } from './client'

/** One role of the person at one unit. */
export interface SessionRole {
  unit_id: string
  unit_name: string
  role: string
  role_name: string
}

/** Who is signed in, where, and what for: the answer of `GET /api/session`. */
export interface Session {
  person: { id: string; name: string; username: string }
  units: { id: string; name: string }[]
  roles: SessionRole[]
  permissions: string[]
  /** The password must be changed before anything else. */
  must_change: boolean
}

/** The part of the contract that the frame itself needs, before any page. */
interface SessionPaths {
  '/api/session': {
    get: { responses: { 200: { content: { 'application/json': Session } } } }
    post: {
      requestBody: { content: { 'application/json': { username: string; password: string } } }
      responses: { 200: { content: { 'application/json': unknown } } }
    }
    delete: { responses: { 204: { content?: never } } }
  }
  '/api/session/password': {
    put: {
      requestBody: { content: { 'application/json': { old: string; new: string } } }
      responses: { 204: { content?: never } }
    }
  }
}

const api = createApi<SessionPaths>()

/** Reads the session. Throws a problem with status 401 when nobody is signed in. */
export function fetchSession(): Promise<Session> {
  return unwrap(api.GET('/api/session'))
}

/** Signs in; the cookies come with the answer. */
export async function signIn(username: string, password: string): Promise<void> {
  await unwrap(api.POST('/api/session', { body: { username, password } }))
}

/** Changes the password of whoever is signed in. Every other session of the person ends, this one stays. */
export async function putPassword(old: string, chosen: string): Promise<void> {
  await unwrap(api.PUT('/api/session/password', { body: { old, new: chosen } }))
}

/** Signs out and revokes the refresh row. */
export async function signOut(): Promise<void> {
  await unwrap(api.DELETE('/api/session'))
}
