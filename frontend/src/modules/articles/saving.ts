import { ref, type Ref } from 'vue'
import { ApiProblem, toProblem } from '@/api/problem'
import type { ArticleForm } from './form'
import type { Saved } from './queries'

/** The article being edited, and the version that the next save builds on. */
export interface Target {
  id: string
  version: number
}

export interface SavingOptions {
  read: () => ArticleForm
  /** Made once for a new form, so that sending it twice makes one article. */
  clientKey: () => string
  create: (form: ArticleForm, clientKey: string) => Promise<Saved>
  save: (id: string, version: number, form: ArticleForm) => Promise<Saved>
  /** Called after each save; `current` is false when the person typed on meanwhile. */
  onSaved: (saved: Saved, current: boolean) => void
  now?: () => number
}

export interface Saving {
  target: Ref<Target | null>
  busy: Ref<boolean>
  /** When the server took the text last; null before. */
  savedAt: Ref<number | null>
  /** Why the last save failed; what was typed is still on the page. */
  failure: Ref<ApiProblem | null>
  /** Somebody else has saved since: nothing is sent until a person decides. */
  stale: Ref<ApiProblem | null>
  /** True when the text was stored. A save that runs already is waited for. */
  save: () => Promise<boolean>
  /** Saves over another's version, after a person said so. */
  keepMine: (latest: number) => Promise<boolean>
}

/** useSaving sends the form to the server, one call at a time, and never throws away what was typed. */
export function useSaving(options: SavingOptions): Saving {
  const now = options.now ?? Date.now
  const target = ref<Target | null>(null)
  const busy = ref(false)
  const savedAt = ref<number | null>(null)
  const failure = ref(null) as Ref<ApiProblem | null>
  const stale = ref(null) as Ref<ApiProblem | null>
  let running: Promise<boolean> | null = null

  async function send(form: ArticleForm): Promise<Saved> {
    if (target.value) return options.save(target.value.id, target.value.version, form)
    const saved = await options.create(form, options.clientKey())
    // The form was sent before and its answer was lost: what it made is there, what was typed since is not.
    return saved.repeated ? options.save(saved.article.id, saved.article.version, form) : saved
  }

  async function run(): Promise<boolean> {
    const form = options.read()
    const sent = JSON.stringify(form)
    busy.value = true
    failure.value = null
    try {
      const saved = await send(form)
      target.value = { id: saved.article.id, version: saved.article.version }
      savedAt.value = now()
      stale.value = null
      options.onSaved(saved, JSON.stringify(options.read()) === sent)
      return true
    } catch (error) {
      const problem = toProblem(error)
      if (problem.code === 'article.stale') stale.value = problem
      else failure.value = problem
      return false
    } finally {
      busy.value = false
      running = null
    }
  }

  async function save(): Promise<boolean> {
    if (running) await running
    if (stale.value) return false
    running = run()
    return running
  }

  async function keepMine(latest: number): Promise<boolean> {
    if (!target.value) return false
    target.value = { ...target.value, version: latest }
    stale.value = null
    return save()
  }

  return { target, busy, savedAt, failure, stale, save, keepMine }
}
