import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { api } from '@/api/api'
import { unwrap } from '@/api/client'
import { useSession } from '@/stores/session'

export interface UnitChoice {
  /** The unit that the page is about; stands in the address, and is the person's own without one. */
  unitId: ComputedRef<string>
  name: ComputedRef<string>
  /** Every unit the person reaches, as a tree in reading order. */
  options: ComputedRef<{ value: string; label: string }[]>
  choose: (id: string) => void
}

/** useUnitOptions lists the units that the person reaches; those below others stand indented. */
export function useUnitOptions(): ComputedRef<{ value: string; label: string }[]> {
  const session = useSession()
  const { data } = useQuery({
    queryKey: ['units', 'tree'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/units', { signal })),
    staleTime: 5 * 60_000,
    meta: { quiet: true },
  })
  return computed(() => {
    const tree = data.value?.items
    if (!tree) return session.units.map(({ id, name }) => ({ value: id, label: name }))
    const top = Math.min(...tree.map((unit) => unit.depth))
    return tree.map((unit) => ({ value: unit.id, label: '　'.repeat(unit.depth - top) + unit.name }))
  })
}

/** useUnitChoice gives a page that is about one unit its choice. */
export function useUnitChoice(): UnitChoice {
  const session = useSession()
  const route = useRoute()
  const router = useRouter()
  const options = useUnitOptions()
  const unitId = computed(() =>
    typeof route.query.unit_id === 'string' && route.query.unit_id ? route.query.unit_id : (session.units[0]?.id ?? ''),
  )
  const name = computed(() => options.value.find((option) => option.value === unitId.value)?.label.trim() ?? '')
  const choose = (id: string): void => void router.replace({ query: { ...route.query, unit_id: id, cursor: undefined } })
  return { unitId, name, options, choose }
}
