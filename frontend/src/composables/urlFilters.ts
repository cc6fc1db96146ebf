import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export interface UrlFilters<Name extends string> {
  /** The present value of each filter; an empty string narrows nothing. */
  filters: ComputedRef<Record<Name, string>>
  /** True while at least one filter narrows the list. */
  narrowed: ComputedRef<boolean>
  /** Changes some filters and goes back to the first page. */
  set: (patch: Partial<Record<Name, string>>) => Promise<unknown>
  clear: () => Promise<unknown>
}

/** useUrlFilters keeps the filters of a list in the address, so that a link or a reload shows the same list. */
export function useUrlFilters<Name extends string>(names: readonly Name[]): UrlFilters<Name> {
  const route = useRoute()
  const router = useRouter()

  const filters = computed(() => {
    const values = names.map((name) => {
      const value = route.query[name]
      return [name, typeof value === 'string' ? value : ''] as const
    })
    return Object.fromEntries(values) as Record<Name, string>
  })
  const narrowed = computed(() => names.some((name) => filters.value[name] !== ''))

  function set(patch: Partial<Record<Name, string>>): Promise<unknown> {
    const query: Record<string, unknown> = { ...route.query, ...patch, cursor: undefined }
    const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
    return router.replace({ query: Object.fromEntries(kept) as Record<string, string> })
  }

  function clear(): Promise<unknown> {
    return set(Object.fromEntries(names.map((name) => [name, ''])) as Record<Name, string>)
  }

  return { filters, narrowed, set, clear }
}
