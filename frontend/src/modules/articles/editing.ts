import { computed, onScopeDispose, ref, watch } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import { confirmAction } from '@/components/confirm'
import type { Imported } from '@/components/editor'
import { useDraft } from '@/composables/draft'
import { zh } from '@/locales/zh-CN'
import { useSession } from '@/stores/session'
import { newKey } from '@/utils/key'
import { emptyForm, formOf, standingSignatures, type ArticleForm } from './form'
import { createArticle, saveArticle, useArticle, useArticleRefresh, type Article, type Saved } from './queries'
import { useSaving } from './saving'

const autosaveEveryMs = 20_000

/** What lies in the browser until the server has it; the key keeps a new form from making two articles. */
interface Kept {
  form: ArticleForm
  clientKey: string
}

/** useArticleEditing holds one article while it is written: the form, its saves, its draft, what an edit would void. */
export function useArticleEditing(routeId: () => string) {
  const route = useRoute()
  const router = useRouter()
  const session = useSession()
  const refresh = useArticleRefresh()

  // The address changes from /new to the article's own when it is first saved; the page stays the same.
  const id = ref(routeId())
  const query = useArticle(id)
  const article = computed<Article | undefined>(() => (id.value ? query.data.value : undefined))
  const writableUnits = computed(() => session.units)

  const form = ref<ArticleForm>(formFor(route.query))
  /** A new form, for the unit and the account that the address names: the plan asks for an article on an account that falls silent. */
  function formFor({ unit, account }: LocationQuery): ArticleForm {
    const known = session.units.find((one) => one.id === unit)
    const empty = emptyForm((known ?? session.units[0])?.id ?? '')
    return known && typeof account === 'string' && account ? { ...empty, account_ids: [account] } : empty
  }
  const clientKey = ref(newKey())
  const ready = ref(id.value === '')
  const paused = ref(false)
  const voided = ref(0)
  const removed = ref<string[]>([])
  const atStake = ref(0)

  const saving = useSaving({
    read: () => JSON.parse(JSON.stringify(form.value)) as ArticleForm,
    clientKey: () => clientKey.value,
    create: createArticle,
    save: saveArticle,
    onSaved: afterSave,
  })
  const draft = useDraft<Kept>({
    id: () => `article:${id.value || 'new'}`,
    read: () => ({ form: form.value, clientKey: clientKey.value }),
    restore: (kept) => {
      form.value = kept.form
      clientKey.value = kept.clientKey
    },
    version: () => saving.target.value?.version,
  })

  // Asked once: who loses the right while writing is told by the save, with the text still on the page.
  const editable = ref(true)

  function fill(shown: Article): void {
    form.value = formOf(shown)
    saving.target.value = { id: shown.id, version: shown.version }
    atStake.value = standingSignatures(shown)
  }

  function afterSave(saved: Saved, current: boolean): void {
    voided.value += saved.voided
    if (saved.voided > 0) atStake.value = 0
    removed.value = saved.removed.map((removal) => removal.sentence)
    if (current) draft.markSaved()
    refresh()
    if (current && id.value === '') settleIn(saved.article.id)
  }

  /** Gives a new article its own address. Only while nothing is unsaved, so that the leave guard stays silent. */
  function settleIn(newId: string): void {
    id.value = newId
    draft.markSaved()
    void router.replace(`/articles/${newId}/edit`)
  }

  async function saveNow(): Promise<boolean> {
    if (!draft.dirty.value && saving.target.value && !saving.failure.value) return !saving.stale.value
    return saving.save()
  }

  /** Reads the article anew, for what the summary before submitting shows; false when it could not be read. */
  async function reload(): Promise<boolean> {
    if (!id.value && saving.target.value) settleIn(saving.target.value.id)
    const answer = await query.refetch()
    return answer.isSuccess
  }

  async function keepMine(version: number): Promise<void> {
    await saving.keepMine(version)
  }

  function takeLatest(latest: Article): void {
    fill(latest)
    saving.stale.value = null
    draft.markSaved()
  }

  function takeImport(imported: Imported): void {
    form.value.body = imported.html
    if (imported.title) form.value.title = imported.title
  }

  function leave(): void {
    draft.markSaved()
    void router.push(`/articles/${saving.target.value?.id ?? id.value}`)
  }

  async function warnOfSignatures(shown: Article): Promise<void> {
    const count = standingSignatures(shown)
    if (count === 0) return
    const agreed = await confirmAction({
      title: zh.articles.signedWarning(count),
      message: zh.articles.signedWarningText(count),
      confirmLabel: zh.articles.signedWarningGo,
      danger: true,
    })
    if (!agreed) void router.replace(`/articles/${shown.id}`)
  }

  if (ready.value) draft.markSaved()
  watch(
    article,
    (shown) => {
      if (!shown || ready.value) return
      fill(shown)
      editable.value = shown.actions.includes('edit')
      ready.value = true
      draft.markSaved()
      void warnOfSignatures(shown)
    },
    { immediate: true },
  )

  function mayAutosave(): boolean {
    if (!ready.value || !draft.dirty.value || paused.value || saving.busy.value || saving.stale.value) return false
    // What would void signatures is saved by a person, never by a clock.
    return atStake.value === 0 && editable.value && form.value.title.trim() !== '' && draft.found.value === null
  }

  const timer = setInterval(() => {
    if (mayAutosave()) void saving.save()
  }, autosaveEveryMs)
  onScopeDispose(() => clearInterval(timer))

  return {
    form, article, query, ready, editable, writableUnits, saving, draft, paused, voided, removed, atStake,
    saveNow, reload, keepMine, takeLatest, takeImport, leave,
  }
}
