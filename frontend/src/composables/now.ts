import { onScopeDispose, ref, type Ref } from 'vue'

/** useNow gives the present time in milliseconds and moves it on, for what says how long something takes or waits. */
export function useNow(everyMs = 30_000): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    if (!document.hidden) now.value = Date.now()
  }, everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
