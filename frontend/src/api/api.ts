import { createApi } from './client'
import type { paths } from './schema'

/** The typed client of the whole API; the types are generated from `server/openapi.yaml`. */
export const api = createApi<paths>()

type Json<Operation> = Operation extends { responses: { 200: { content: { 'application/json': infer Data } } } }
  ? Data
  : never
type Body<Operation> = Operation extends { requestBody: { content: { 'application/json': infer Data } } } ? Data : never

/** What `GET path` answers. Types are named after the path, so a renamed schema changes nothing here. */
export type GetAnswer<Path extends keyof paths> = Json<paths[Path]['get']>
/** What `POST path` answers. */
export type PostAnswer<Path extends keyof paths> = Json<paths[Path]['post']>
/** What `PUT path` answers. */
export type PutAnswer<Path extends keyof paths> = Json<paths[Path]['put']>
/** What `POST path` takes. */
export type PostBody<Path extends keyof paths> = Body<paths[Path]['post']>
/** What `PUT path` takes. */
export type PutBody<Path extends keyof paths> = Body<paths[Path]['put']>
/** One item of the list that `GET path` answers. */
export type ListItem<Path extends keyof paths> =
  GetAnswer<Path> extends { items: (infer Item)[] | null } ? Item : never
