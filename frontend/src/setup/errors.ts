import { ElNotification } from 'element-plus'
import { h, reactive, ref, type Ref, type VNode } from 'vue'
import { ApiProblem, clientCodes, toProblem } from '@/api/problem'
import { zh } from '@/locales/zh-CN'

/** The basis of a refusal as one line: the citation, or the rulebook with its articles; empty when there is none. */
export function basisOf(problem: ApiProblem): string {
  if (problem.citation) return problem.citation
  return [problem.rulebook, problem.articles.join('、')].filter(Boolean).join(' ')
}

function problemNode(problem: ApiProblem): VNode {
  const basis = basisOf(problem)
  return h('div', { class: 'problem' }, [
    h('p', { class: 'problem-sentence' }, problem.message),
    ...problem.errors
      .filter((error) => error.message !== problem.message)
      .map((error) => h('p', { class: 'problem-line' }, error.message)),
    basis ? h('p', { class: 'problem-line' }, `${zh.common.basis}：${basis}`) : null,
    problem.traceId
      ? h('p', { class: 'problem-trace' }, `${zh.common.traceId}：${problem.traceId}`)
      : null,
  ])
}

const standing = new Set<string>()

/** showProblem is the one place where a failure becomes visible. The same sentence is not stacked on itself. */
export function showProblem(error: unknown): void {
  const problem = toProblem(error)
  if (problem.code === clientCodes.cancelled || problem.status === 401) return
  const key = `${problem.code} ${problem.message}`
  if (standing.has(key)) return
  standing.add(key)
  ElNotification({
    type: 'error',
    title: zh.errors.title,
    message: problemNode(problem),
    duration: 12_000,
    position: 'bottom-right',
    onClose: () => standing.delete(key),
  })
}

/** The field of a form that a location points at: `body.title` is `title`, `body.accounts[0].id` is `accounts`. */
export function fieldOf(location: string): string {
  return location.replace(/^(body|query|path)\./, '').replace(/[.[].*$/, '')
}

export interface FormProblem<Field extends string> {
  /** Sentence per field, for the `error` of a form item. */
  fields: Partial<Record<Field, string>>
  /** What belongs to no field; the page shows it above the form. */
  general: Ref<ApiProblem | null>
  apply: (error: unknown) => void
  clear: () => void
}

/** useFormProblem spreads a refused form over its fields; what fits no named field is kept as the general problem. */
export function useFormProblem<Field extends string>(names: readonly Field[]): FormProblem<Field> {
  const fields = reactive<Partial<Record<string, string>>>({})
  const general = ref<ApiProblem | null>(null) as Ref<ApiProblem | null>

  function clear(): void {
    for (const name of names) delete fields[name]
    general.value = null
  }

  function apply(error: unknown): void {
    clear()
    const problem = toProblem(error)
    let placed = 0
    for (const detail of problem.errors) {
      const field = fieldOf(detail.location)
      if (!(names as readonly string[]).includes(field)) continue
      fields[field] = [fields[field], detail.message].filter(Boolean).join(' ')
      placed += 1
    }
    if (placed === 0 || placed < problem.errors.length) general.value = problem
  }

  return { fields: fields as Partial<Record<Field, string>>, general, apply, clear }
}
