import { readonly, ref } from 'vue'

const probeEveryMs = 5000

const lost = ref(false)
let timer: ReturnType<typeof setTimeout> | undefined

/** True while the server cannot be reached. Any answer, even an error, means it can. */
export const connectionLost = readonly(lost)

/** Called after every answered request. */
export function reportReached(): void {
  lost.value = false
  clearTimeout(timer)
  timer = undefined
}

/** Called after a request that got no answer; from then on the server is asked until it answers. */
export function reportUnreached(): void {
  lost.value = true
  timer ??= setTimeout(probe, probeEveryMs)
}

/** Asks the server at once, for the person who does not want to wait. */
export async function probe(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  try {
    await fetch('/healthz', { cache: 'no-store' })
    reportReached()
  } catch {
    reportUnreached()
  }
}

/** Listens to the browser's own signals. Call once, at start. */
export function watchConnection(): void {
  window.addEventListener('offline', reportUnreached)
  window.addEventListener('online', () => void probe())
}
