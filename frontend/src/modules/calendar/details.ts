import type { ApiProblem } from '@/api/problem'

/** The places that a refusal lists: sentences, lines of a file, or fields of the form. Its own sentence is not among them. */
export function placesOf(problem: ApiProblem): string[] {
  if (!Array.isArray(problem.data)) return []
  return problem.data.flatMap((item: unknown) => {
    if (typeof item === 'string') return [item]
    if (typeof item !== 'object' || item === null || !('reason' in item) || typeof item.reason !== 'string') return []
    const line = 'line' in item && typeof item.line === 'number' && item.line > 0 ? `第 ${item.line} 行：` : ''
    return [line + item.reason]
  })
}

/** What a refusal says about single fields, by the server's names of them. */
export function fieldProblems(problem: ApiProblem): Record<string, string> {
  const found: Record<string, string> = {}
  if (Array.isArray(problem.data)) {
    for (const item of problem.data as unknown[]) {
      if (typeof item !== 'object' || item === null) continue
      if ('field' in item && typeof item.field === 'string' && 'reason' in item) found[item.field] = String(item.reason)
    }
  }
  for (const error of problem.errors) found[error.location.replace(/^body\./, '')] ??= error.message
  return found
}
