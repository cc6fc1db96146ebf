import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { confirmAction } from '@/components/confirm'
import { zh } from '@/locales/zh-CN'
import { useSession } from '@/stores/session'

const prefix = 'govmedia:draft:'
const keepForMs = 14 * 24 * 60 * 60_000
const writeAfterMs = 800

/** What was typed and not saved, as it lies in this browser. */
export interface StoredDraft<Value> {
  savedAt: number
  /** The version of the thing when typing began; another one now means that somebody else has saved since. */
  version: string
  value: Value
}

export interface DraftOptions<Value> {
  /** What is being edited, such as `article:01hx…` or `article:new`. */
  id: () => string
  /** The present content of the form; must survive JSON. */
  read: () => Value
  /** Puts a stored content back into the form. */
  restore: (value: Value) => void
  /** The version that the server gave with the content. */
  version?: () => string | number | undefined
  now?: () => number
}

export interface Draft<Value> {
  dirty: Readonly<Ref<boolean>>
  /** A draft from an earlier visit that waits for a decision. */
  found: Readonly<Ref<StoredDraft<Value> | null>>
  /** True when the found draft was begun on another version than the one now shown. */
  foundIsStale: Readonly<Ref<boolean>>
  /** True when the browser has no room left: what is typed is then only on the page. */
  storageFull: Readonly<Ref<boolean>>
  /** Call when the content to edit is in the form, and again whenever the server has stored it. */
  markSaved: () => void
  restoreFound: () => void
  discardFound: () => void
}

function readStored<Value>(key: string): StoredDraft<Value> | null {
  try {
    const text = localStorage.getItem(key)
    return text === null ? null : (JSON.parse(text) as StoredDraft<Value>)
  } catch {
    return null
  }
}

/** Removes drafts that nobody came back for. Called once, at start. */
export function dropOldDrafts(now: number): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(prefix)) continue
      const draft = readStored(key)
      if (!draft || draft.savedAt < now - keepForMs) localStorage.removeItem(key)
    }
  } catch {
    // A browser that forbids storage has no drafts to drop.
  }
}

/**
 * useDraft keeps what is typed in this browser until the server has it: it writes shortly after each change,
 * offers an earlier draft for restoring, and asks before the page is left. Drafts belong to the person signed in.
 */
export function useDraft<Value>(options: DraftOptions<Value>): Draft<Value> {
  const session = useSession()
  const now = options.now ?? Date.now
  const owner = session.person?.id ?? 'nobody'
  const key = () => `${prefix}${owner}:${options.id()}`
  const version = () => String(options.version?.() ?? '')
  const snapshot = () => JSON.stringify(options.read())

  const dirty = ref(false)
  const found = ref(null) as Ref<StoredDraft<Value> | null>
  const foundIsStale = ref(false)
  const storageFull = ref(false)
  let baseline: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  function write(): void {
    clearTimeout(timer)
    timer = undefined
    if (!dirty.value) return
    const draft: StoredDraft<Value> = { savedAt: now(), version: version(), value: options.read() }
    try {
      localStorage.setItem(key(), JSON.stringify(draft))
      storageFull.value = false
    } catch {
      storageFull.value = true
    }
  }

  function remove(): void {
    try {
      localStorage.removeItem(key())
    } catch {
      // Nothing was stored where storing is forbidden.
    }
  }

  function look(): void {
    const stored = readStored<Value>(key())
    if (!stored || JSON.stringify(stored.value) === baseline) return
    found.value = stored
    foundIsStale.value = stored.version !== version()
  }

  function markSaved(): void {
    const first = baseline === null
    baseline = snapshot()
    dirty.value = false
    clearTimeout(timer)
    timer = undefined
    if (first) look()
    else if (found.value === null) remove()
  }

  function restoreFound(): void {
    if (found.value === null) return
    options.restore(found.value.value)
    found.value = null
    dirty.value = snapshot() !== baseline
  }

  function discardFound(): void {
    found.value = null
    remove()
    write()
  }

  watch(snapshot, (text) => {
    if (baseline === null) return
    dirty.value = text !== baseline
    clearTimeout(timer)
    // An undecided draft is not overwritten by a new one.
    if (found.value !== null) return
    if (dirty.value) timer = setTimeout(write, writeAfterMs)
    else remove()
  })

  function flush(): void {
    if (found.value === null) write()
  }

  function beforeUnload(event: BeforeUnloadEvent): void {
    flush()
    if (dirty.value) event.preventDefault()
  }

  window.addEventListener('beforeunload', beforeUnload)
  window.addEventListener('pagehide', flush)
  onScopeDispose(() => {
    flush()
    window.removeEventListener('beforeunload', beforeUnload)
    window.removeEventListener('pagehide', flush)
  })

  onBeforeRouteLeave(async (to) => {
    flush()
    // A spent session leads to the sign-in page and back; the draft is stored and waits.
    if (!dirty.value || to.name === 'signin') return true
    return confirmAction({
      title: zh.common.draft.leaveTitle,
      message: zh.common.draft.leave,
      confirmLabel: zh.common.draft.leaveConfirm,
      cancelLabel: zh.common.draft.stay,
    })
  })

  return { dirty, found, foundIsStale, storageFull, markSaved, restoreFound, discardFound }
}
