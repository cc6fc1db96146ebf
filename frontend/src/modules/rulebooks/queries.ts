import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem } from '@/api/api'
import { unwrap } from '@/api/client'

export type Rulebook = GetAnswer<'/api/rulebooks/{rulebook}'>
export type RulebookLine = ListItem<'/api/rulebooks'>
export type Duration = NonNullable<Rulebook['update_limits']>[number]['max_gap']

export const rulebookKeys = {
  list: ['rulebooks', 'list'] as const,
  one: (id: string) => ['rulebooks', 'one', id] as const,
}

/** Rulebooks are part of the program; they do not change while it runs. */
const staleTime = Infinity

export function useRulebooks() {
  return useQuery({
    queryKey: rulebookKeys.list,
    queryFn: ({ signal }) => unwrap(api.GET('/api/rulebooks', { signal })),
    staleTime,
    meta: { quiet: true },
  })
}

export function useRulebook(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => rulebookKeys.one(toValue(id))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/rulebooks/{rulebook}', { params: { path: { rulebook: toValue(id) } }, signal })),
    staleTime,
    meta: { quiet: true },
  })
}
