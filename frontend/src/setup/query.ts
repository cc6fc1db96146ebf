import { MutationCache, QueryCache, QueryClient } from '@tanstack/vue-query'
import type { VueQueryPluginOptions } from '@tanstack/vue-query'
import { toProblem } from '@/api/problem'
import { showProblem } from './errors'

/** A query or mutation with `meta: { quiet: true }` shows its problem itself, in the page or the form. */
declare module '@tanstack/vue-query' {
  interface Register {
    queryMeta: { quiet?: boolean }
    mutationMeta: { quiet?: boolean }
  }
}

const tries = 3

/** Server data for the whole console: retried only when a second try can help, reported in one place. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (!query.meta?.quiet) showProblem(error)
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        if (!mutation.meta?.quiet) showProblem(error)
      },
    }),
    defaultOptions: {
      queries: {
        // An office network without the Internet reports "offline" and still reaches its server.
        networkMode: 'always',
        staleTime: 10_000,
        retry: (failures, error) => failures + 1 < tries && toProblem(error).transient,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}

export const queryOptions: VueQueryPluginOptions = { queryClient: createQueryClient() }
