import { zh } from '@/locales/zh-CN'
import { word } from '@/utils/words'
import { entryOf, type Entry, type Table } from './entry'
import type { Rulebook } from './queries'
import { sayCodes, sayDuration, sayObjects, sayTarget } from './say'

type Veto = NonNullable<Rulebook['vetoes']>[number]
type Condition = Veto['conditions'][number]
type Card = NonNullable<Rulebook['score_card']>
type Group = Card['groups'][number]
type Indicator = Group['indicators'][number]
type Mark = Indicator['marks'][number]

const words = zh.rulebooks
const { says } = words

const kinds = (list: readonly string[]): string => list.map((kind) => word(words.limitKinds, kind)).join('、')

function countOf({ of, kinds: only, except, min, all_if_fewer: fewer }: NonNullable<Condition['count']>): string {
  const narrowed = only?.length ? says.ofKinds(kinds(only)) : except?.length ? says.ofKinds(words.except(kinds(except))) : ''
  return [says.count(sayCodes([of]) + narrowed, min), fewer ? says.allIfFewer : ''].filter(Boolean).join('，')
}

/** The figures that a condition is held against; empty where a person decides by its text. */
function thresholds(condition: Condition, book: Rulebook): string[] {
  const { count, home_silence: silence, limit, missing, probe, unanswered } = condition
  const broken = book.update_limits?.find((one) => one.id === limit)
  return [
    limit ? says.limitBroken(broken ? `${sayTarget(broken)} ${sayDuration(broken.max_gap)}` : limit) : '',
    silence ? says.homeSilence(sayDuration(silence)) : '',
    count ? countOf(count) : '',
    probe ? says.probe(sayDuration(probe.period), probe.visits_per_day, probe.wait_seconds, probe.fail_percent) : '',
    unanswered ? says.unanswered(sayDuration(unanswered.after), sayDuration(unanswered.look_back)) : '',
    missing ? says.missing(missing.min, missing.elements.join('、')) : '',
  ].filter(Boolean)
}

const proof = (one: { confirmed?: boolean; evidence?: string }) => ({
  confirmed: one.confirmed !== false,
  mirror: one.evidence === 'mirror',
})

const conditionTable = (conditions: readonly Condition[], book: Rulebook): Table => ({
  heads: [says.mark],
  rows: conditions.map((condition) => ({ cells: [[condition.text, ...thresholds(condition, book)].join('：')], ...proof(condition) })),
})

export const describeVetoes = (vetoes: Veto[], book: Rulebook): Entry[] =>
  vetoes.map((veto) =>
    entryOf('vetoes', veto.id, veto, {
      title: `${sayObjects(veto.objects)} · ${veto.name}`,
      points: veto.services_only ? [says.servicesOnly] : [],
      table: conditionTable(veto.conditions, book),
    }),
  )

/** What limits a mark, in the words of its figures: 超过 2周, 3 个以上. */
function limitsOf({ after, within, min = 0, max = 0 }: Mark): string {
  return [
    after ? says.after(sayDuration(after)) : '',
    within ? says.within(sayDuration(within)) : '',
    min > 0 && max > 0 ? says.between(min, max) : min > 0 ? says.atLeast(min) : '',
  ]
    .filter(Boolean)
    .join('，')
}

function markRow(mark: Mark, points: (points: number, each: string) => string): Table['rows'][number] {
  const limits = limitsOf(mark)
  return { cells: [limits ? `${mark.text}（${limits}）` : mark.text, points(mark.points, mark.each ?? '')], ...proof(mark) }
}

function indicatorNotes(indicator: Indicator): string[] {
  const choices = indicator.marks.map((mark) => mark.choice).filter(Boolean)
  return [
    indicator.ministry_cap === undefined ? '' : says.ministryCap(indicator.ministry_cap),
    indicator.samples?.length ? says.samples(indicator.samples.map(({ of, size }) => says.sample(of, size)).join('、')) : '',
    indicator.look_back ? says.lookBack(sayDuration(indicator.look_back)) : '',
    indicator.after_others ? says.afterOthers : '',
    choices.length > new Set(choices).size ? says.heaviest : '',
  ].filter(Boolean)
}

function groupEntries(group: Group, bonus: boolean): Entry[] {
  const [cap, points] = bonus ? [says.bonusCap, says.adds] : [says.cap, says.takes]
  const name = `${bonus ? `${says.bonus} · ` : ''}${group.name}（${says.groupPoints(group.points)}）`
  return group.indicators.map((indicator) =>
    entryOf('score_card', indicator.id, indicator, {
      title: `${name} · ${indicator.name}：${cap(indicator.cap)}`,
      points: indicatorNotes(indicator),
      table: { heads: [says.mark, says.points], rows: indicator.marks.map((mark) => markRow(mark, points)) },
    }),
  )
}

export function describeCard(card: Card): Entry[] {
  const named = new Map([...card.groups, ...card.bonus_groups].map((group) => [group.id, group.name]))
  const without = card.without_services
  return [
    entryOf('score_card', 'score_card', card, {
      title: card.name,
      points: [says.cardTotal(card.total, card.bonus), says.cardLines(card.fail_below, card.bonus_above)],
    }),
    ...(without
      ? [
          entryOf('score_card', 'without_services', without, {
            title: words.titles.withoutServices,
            points: [
              says.withoutServices(
                without.skip_groups.map((id) => named.get(id) ?? id).filter((name, at, all) => all.indexOf(name) === at).join('、'),
                without.base,
                without.multiply,
                without.divide,
              ),
            ],
          }),
        ]
      : []),
    ...card.groups.flatMap((group) => groupEntries(group, false)),
    ...card.bonus_groups.flatMap((group) => groupEntries(group, true)),
  ]
}

type Supervision = NonNullable<Rulebook['supervision_card']>

export function describeSupervision(card: Supervision, book: Rulebook): Entry[] {
  const part = (rule: string, title: string, table: Table): Entry[] =>
    table.rows.length > 0
      ? [entryOf('supervision_card', rule, { articles: card.articles, evidence: card.evidence, confirmed: card.confirmed }, { title, table })]
      : []
  const marks = (list: Mark[] | undefined, points: (points: number, each: string) => string): Table => ({
    heads: [says.mark, says.points],
    rows: (list ?? []).map((mark) => markRow(mark, points)),
  })
  return [
    entryOf('supervision_card', 'supervision_card', card, {
      title: card.name,
      points: [says.cardTotal(card.total, card.bonus), says.cardLines(card.fail_below, card.bonus_above)],
      facts: [[words.facts.subjectsText, card.subjects]],
    }),
    ...part('vetoes', words.sections.vetoes ?? '', conditionTable(card.vetoes ?? [], book)),
    ...part('deductions', says.deductions, marks(card.deductions, says.takes)),
    ...part('gains', says.gains, marks(card.gains, says.adds)),
    ...part('unread', words.facts.unread, conditionTable(card.unread ?? [], book)),
  ]
}
