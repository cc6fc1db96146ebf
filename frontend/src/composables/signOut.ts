import { useQueryClient } from '@tanstack/vue-query'
import { useRouter } from 'vue-router'
import { showProblem } from '@/setup/errors'
import { useSession } from '@/stores/session'

/** useSignOut gives the act of leaving: what was read is forgotten, so that the next person sees nothing of it. */
export function useSignOut(): () => Promise<void> {
  const session = useSession()
  const router = useRouter()
  const queries = useQueryClient()

  return async () => {
    try {
      await session.signOut()
    } catch (error) {
      showProblem(error)
      return
    }
    queries.clear()
    await router.push({ name: 'signin' })
  }
}
