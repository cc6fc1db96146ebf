import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { fetchSession, putPassword, signIn as postSession, signOut as deleteSession, type Session } from '@/api/session'
import { ApiProblem } from '@/api/problem'

/** The session: the only state that the console keeps for itself. */
export const useSession = defineStore('session', () => {
  const current = ref<Session | null>(null)
  const loaded = ref(false)

  const signedIn = computed(() => current.value !== null)
  const person = computed(() => current.value?.person ?? null)
  const units = computed(() => current.value?.units ?? [])
  const roles = computed(() => current.value?.roles ?? [])
  /** The password is a first one: until it is changed the server answers nothing else. */
  const mustChange = computed(() => current.value?.must_change ?? false)
  const permissions = computed(() => new Set(current.value?.permissions ?? []))

  /** Whether the person holds the permission at some unit; the server decides at which. */
  function can(permission: string | undefined): boolean {
    return permission === undefined || permissions.value.has(permission)
  }

  /** Reads the session once. A 401 is the answer "nobody"; other problems are thrown. */
  async function load(): Promise<void> {
    try {
      current.value = await fetchSession()
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 401) throw error
      current.value = null
    }
    loaded.value = true
  }

  async function signIn(username: string, password: string): Promise<void> {
    await postSession(username, password)
    current.value = await fetchSession()
    loaded.value = true
  }

  /** Changes the person's own password. This session lives on; the server ends every other one. */
  async function changePassword(old: string, chosen: string): Promise<void> {
    await putPassword(old, chosen)
    if (current.value) current.value = { ...current.value, must_change: false }
  }

  async function signOut(): Promise<void> {
    await deleteSession()
    forget()
  }

  /** Drops the session without asking the server, after it said that there is none. */
  function forget(): void {
    current.value = null
  }

  return {
    current,
    loaded,
    signedIn,
    person,
    units,
    roles,
    mustChange,
    permissions,
    can,
    load,
    signIn,
    changePassword,
    signOut,
    forget,
  }
})
