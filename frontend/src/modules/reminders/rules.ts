import { useQueries } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { rulebookQuery, type Rulebook } from '@/modules/rulebooks/queries'
import { sayTarget } from '@/modules/rulebooks/say'
import { cite } from '@/utils/cite'

/** One rule under which clocks run and reminders go out. */
export interface TimedRule {
  rulebook: string
  section: string
  rule: string
  text: string
  citation: string
}

/** The timed rules of one rulebook. */
export interface RuleGroup {
  rulebook: string
  label: string
  rules: TimedRule[]
}

type Named = Pick<TimedRule, 'rulebook' | 'section' | 'rule'>

export const keyOf = ({ rulebook, section, rule }: Named): string => [rulebook, section, rule].join(' ')

/** A rule as it is listed: 新媒体账号（第21条（六））. */
export const sayRule = (rule: TimedRule): string => (rule.citation ? `${rule.text}（${rule.citation}）` : rule.text)

type Book = Pick<Rulebook, 'id' | 'short_name' | 'duties' | 'update_limits' | 'column_rules'>

/** The rules of a rulebook that run clocks: how often something is updated, then all other duties. What is not confirmed runs none. */
export function rulesOf(book: Book): RuleGroup {
  const timed = (section: string, rule: string, text: string, articles: string[]): TimedRule => ({
    rulebook: book.id, section, rule, text, citation: cite(articles),
  })
  return {
    rulebook: book.id,
    label: book.short_name,
    rules: [
      ...(book.update_limits ?? [])
        .filter((limit) => limit.confirmed !== false)
        .map((limit) => timed('update_limits', limit.id, sayTarget(limit), limit.articles)),
      ...(book.column_rules ?? [])
        .filter((one) => one.rule === 'blank_is_stale')
        .map((one) => timed('column_rules', one.id, one.text, one.articles)),
      ...book.duties.filter((duty) => duty.confirmed).map((duty) => timed(duty.section, duty.rule, duty.text, duty.articles)),
    ],
  }
}

/** The groups of one rulebook and one section alone; an empty one stands for all. A group without a rule is left out. */
export function narrowed(groups: readonly RuleGroup[], rulebook: string, section: string): RuleGroup[] {
  return groups
    .filter((group) => !rulebook || group.rulebook === rulebook)
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => !section || rule.section === section) }))
    .filter((group) => group.rules.length > 0)
}

export function findRule(groups: readonly RuleGroup[], key: string): TimedRule | undefined {
  return groups.flatMap((group) => group.rules).find((rule) => keyOf(rule) === key)
}

/** The timed rules of some rulebooks as they hold for a unit; one that has not come yet is left out. */
export function useTimedRules(rulebooks: MaybeRefOrGetter<readonly string[]>, unitId: MaybeRefOrGetter<string>) {
  return useQueries({
    queries: computed(() => [...new Set(toValue(rulebooks))].filter(Boolean).map((id) => rulebookQuery(id, toValue(unitId)))),
    combine: (answers) => answers.flatMap(({ data }) => (data ? [rulesOf(data)] : [])),
  })
}
