import { computed, ref, watch, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export interface Cursor {
  /** The cursor of the page shown; empty on the first. */
  cursor: ComputedRef<string>
  onFirst: ComputedRef<boolean>
  /** Opens the page that begins at a cursor. */
  next: (cursor: string) => void
  /** Opens the page before, or the first one when the way here is not known, as after a reload. */
  previous: () => void
}

/** useCursor pages a list by key; the present page stands in the address, the way to it is remembered here. */
export function useCursor(): Cursor {
  const route = useRoute()
  const router = useRouter()
  const trail = ref<string[]>([])

  const cursor = computed(() => (typeof route.query.cursor === 'string' ? route.query.cursor : ''))
  const onFirst = computed(() => cursor.value === '')

  // The browser's own "back" leaves the trail one step too long; a changed filter makes it worthless.
  watch(cursor, (value) => {
    const place = trail.value.indexOf(value)
    if (place >= 0) trail.value = trail.value.slice(0, place)
    else if (value === '') trail.value = []
  })

  function open(value: string): void {
    void router.push({ query: { ...route.query, cursor: value || undefined } })
  }

  function next(value: string): void {
    trail.value = [...trail.value, cursor.value]
    open(value)
  }

  return { cursor, onFirst, next, previous: () => open(trail.value.at(-1) ?? '') }
}
