import { zh } from '@/locales/zh-CN'

/** One message about one place of a request, such as `body.title`. */
export interface ProblemDetail {
  location: string
  message: string
}

/** The body of an `application/problem+json` answer. */
export interface ProblemBody {
  status: number
  code: string
  title?: string
  detail?: string
  errors?: ProblemDetail[]
  trace_id?: string
  rulebook?: string
  articles?: string[]
  citation?: string
  data?: unknown
}

/** Codes made in the browser, for answers that never came or were not the server's own. */
export const clientCodes = {
  offline: 'client.offline',
  cancelled: 'client.cancelled',
  unreadable: 'client.unreadable',
  unexpected: 'client.unexpected',
  unreadableFile: 'client.unreadable_file',
} as const

/** Codes of the server that the frame acts upon; all others are only shown. */
export const serverCodes = { mustChange: 'auth.must_change' } as const

/** ApiProblem is every failed call: `message` is the Chinese sentence to show, `code` is for programs. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: ProblemDetail[]
  readonly traceId: string
  readonly rulebook: string
  readonly articles: string[]
  readonly citation: string
  readonly data: unknown

  constructor(body: ProblemBody) {
    super(body.detail || body.title || zh.errors.unexpected)
    this.name = 'ApiProblem'
    this.status = body.status
    this.code = body.code
    this.errors = body.errors ?? []
    this.traceId = body.trace_id ?? ''
    this.rulebook = body.rulebook ?? ''
    this.articles = body.articles ?? []
    this.citation = body.citation ?? ''
    this.data = body.data
  }

  /** True when trying the same call again later may succeed. */
  get transient(): boolean {
    return this.code === clientCodes.offline || [502, 503, 504].includes(this.status)
  }
}

function isProblemBody(value: unknown): value is ProblemBody {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string'
}

/** Reads the parsed or raw body of a failed answer; a proxy's HTML page becomes a sentence of our own. */
export function problemFromBody(status: number, body: unknown): ApiProblem {
  if (isProblemBody(body)) return new ApiProblem({ ...body, status })
  return new ApiProblem({ status, code: clientCodes.unreadable, detail: zh.errors.byStatus(status) })
}

/** Turns whatever was thrown into an ApiProblem, so that one place can show all of them. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (error instanceof Error && error.name === 'ImportError') {
    return new ApiProblem({ status: 0, code: clientCodes.unreadableFile, detail: error.message })
  }
  if (error instanceof DOMException && error.name === 'AbortError') {
    return new ApiProblem({ status: 0, code: clientCodes.cancelled, detail: zh.errors.cancelled })
  }
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return new ApiProblem({ status: 0, code: clientCodes.offline, detail: zh.errors.offline })
  }
  return new ApiProblem({ status: 0, code: clientCodes.unexpected, detail: zh.errors.unexpected })
}
