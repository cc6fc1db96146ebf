import createFetchClient, { type Client } from 'openapi-fetch'
import { sessionFetch } from './fetch'
import { problemFromBody, serverCodes, toProblem } from './problem'

/**
 * createApi makes a typed client of the API. `Paths` is the generated `paths` of `schema.d.ts`:
 *
 *     export const api = createApi<paths>()
 *     const page = await unwrap(api.GET('/api/articles', { params: { query: { per_page: 50 } } }))
 */
export function createApi<Paths extends object>(): Client<Paths> {
  return createFetchClient<Paths>({ baseUrl: location.origin, fetch: sessionFetch })
}

let mustChangeHandler: () => void = () => undefined

/** Sets what happens when the server wants a new password before anything else: the router goes to its page. */
export function onMustChange(handler: () => void): void {
  mustChangeHandler = handler
}

type Answer<Data> = { data?: Data; error?: unknown; response: Response }

/** unwrap gives the data of an answer and throws an ApiProblem for anything else. */
export async function unwrap<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>
  try {
    answer = await call
  } catch (error) {
    throw toProblem(error)
  }
  if (answer.response.ok) return answer.data as Data
  const problem = problemFromBody(answer.response.status, answer.error)
  if (problem.code === serverCodes.mustChange) mustChangeHandler()
  throw problem
}
