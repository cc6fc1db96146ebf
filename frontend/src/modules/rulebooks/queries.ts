import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { api, type GetAnswer, type ListItem, type PostAnswer, type PostBody } from '@/api/api'
import { unwrap } from '@/api/client'
import { isMoving } from './amended'

export type RulebookList = GetAnswer<'/api/rulebooks'>
export type RulebookLine = ListItem<'/api/rulebooks'>
export type Rulebook = GetAnswer<'/api/rulebooks/{rulebook}'>
export type Duration = NonNullable<Rulebook['update_limits']>[number]['max_gap']
export type Figure = Rulebook['figures'][number]
export type Reading = Rulebook['readings'][number]
export type Amount = Figure['value']
export type Choice = Rulebook['versions'][number]
export type Use = ListItem<'/api/rules/uses'>
export type Preview = PostAnswer<'/api/rules/changes/preview'>
export type ChoiceForm = PostBody<'/api/rules/changes'>
export type UseForm = PostBody<'/api/rules/uses'>
export type Ending = PostBody<'/api/rules/changes/{id}/end'>
export type Rejudgement = ListItem<'/api/rules/rejudgements'>

export const rulebookKeys = {
  all: ['rulebooks'] as const,
  list: (unitId: string) => ['rulebooks', 'list', unitId] as const,
  one: (id: string, unitId: string) => ['rulebooks', 'one', id, unitId] as const,
  choices: (unitId: string, cursor: string) => ['rulebooks', 'choices', unitId, cursor] as const,
  uses: (unitId: string, cursor: string) => ['rulebooks', 'uses', unitId, cursor] as const,
  rejudgements: ['rulebooks', 'rejudgements'] as const,
}

/** The rulebooks, each with how the unit works under it; an empty id is the person's own first unit. */
export function useRulebooks(unitId: MaybeRefOrGetter<string> = '') {
  return useQuery({
    queryKey: computed(() => rulebookKeys.list(toValue(unitId))),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/rulebooks', { params: { query: { unit_id: toValue(unitId) || undefined } }, signal })),
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** The question for a rulebook as it holds for the unit, for whoever asks for several. */
export const rulebookQuery = (id: string, unitId: string) => ({
  queryKey: rulebookKeys.one(id, unitId),
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    unwrap(api.GET('/api/rulebooks/{rulebook}', { params: { path: { rulebook: id }, query: { unit_id: unitId || undefined } }, signal })),
  meta: { quiet: true },
})

/** A rulebook as it holds for the unit. */
export function useRulebook(id: MaybeRefOrGetter<string>, unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => rulebookKeys.one(toValue(id), toValue(unitId))),
    queryFn: (context) => rulebookQuery(toValue(id), toValue(unitId)).queryFn(context),
    placeholderData: (held) => (held?.id === toValue(id) ? held : undefined),
    meta: { quiet: true },
  })
}

/** What the unit, those above it and those below it chose, the latest first. */
export function useChoices(unitId: MaybeRefOrGetter<string>, cursor: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => rulebookKeys.choices(toValue(unitId), toValue(cursor))),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/rules/changes', {
          params: { query: { unit_id: toValue(unitId), below: true, cursor: toValue(cursor) || undefined } },
          signal,
        }),
      ),
    enabled: () => toValue(unitId) !== '',
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** Under which rulebooks the unit works and worked, the latest first. */
export function useUses(unitId: MaybeRefOrGetter<string>, cursor: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => rulebookKeys.uses(toValue(unitId), toValue(cursor))),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/rules/uses', {
          params: { query: { unit_id: toValue(unitId), cursor: toValue(cursor) || undefined } },
          signal,
        }),
      ),
    enabled: () => toValue(unitId) !== '',
    placeholderData: keepPreviousData,
    meta: { quiet: true },
  })
}

/** What the rules decide: it is old once they change, and again once the accounts are judged anew. */
const judged = ['accounts', 'columns', 'dashboard'] as const

const askEveryMs = 2_000

/** The latest rejudgements, asked for again while one is under way. When the last one is through, the lists are old. */
export function useRejudgements() {
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: rulebookKeys.rejudgements,
    queryFn: ({ signal }) => unwrap(api.GET('/api/rules/rejudgements', { signal })),
    refetchInterval: (one) => (isMoving(one.state.data?.items ?? [], Date.now()) ? askEveryMs : false),
    meta: { quiet: true },
  })
  const moving = computed(() => isMoving(query.data.value?.items ?? [], Date.now()))
  watch(moving, (is, was) => {
    if (was && !is) for (const key of judged) void queries.invalidateQueries({ queryKey: [key] })
  })
  return query
}

/** A preview is computed while somebody waits, and may be given up. */
export const previewChoice = (body: ChoiceForm, signal: AbortSignal): Promise<Preview> =>
  unwrap(api.POST('/api/rules/changes/preview', { body, signal }))

export const previewUse = (body: UseForm, signal: AbortSignal): Promise<Preview> =>
  unwrap(api.POST('/api/rules/uses/preview', { body, signal }))

export const previewEndOfChoice = (input: { id: string; body: Ending }, signal: AbortSignal): Promise<Preview> =>
  unwrap(api.POST('/api/rules/changes/{id}/end/preview', { params: { path: { id: input.id } }, body: input.body, signal }))

export const previewEndOfUse = (input: { id: string; body: Ending }, signal: AbortSignal): Promise<Preview> =>
  unwrap(api.POST('/api/rules/uses/{id}/end/preview', { params: { path: { id: input.id } }, body: input.body, signal }))

/** A change of the rules makes everything old that is read of them. */
function useRuleMutation<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      for (const key of ['rulebooks', ...judged]) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}

export const useSaveChoice = () => useRuleMutation((body: ChoiceForm) => unwrap(api.POST('/api/rules/changes', { body })))

export const useEndChoice = () =>
  useRuleMutation((input: { id: string; body: Ending }) =>
    unwrap(api.POST('/api/rules/changes/{id}/end', { params: { path: { id: input.id } }, body: input.body })),
  )

export const useSaveUse = () => useRuleMutation((body: UseForm) => unwrap(api.POST('/api/rules/uses', { body })))

export const useEndUse = () =>
  useRuleMutation((input: { id: string; body: Ending }) =>
    unwrap(api.POST('/api/rules/uses/{id}/end', { params: { path: { id: input.id } }, body: input.body })),
  )
