import { zh } from '@/locales/zh-CN'
import { word } from '@/utils/words'
import type { Rulebook } from './queries'
import { describeCard, describeSupervision, describeVetoes } from './describeCard'
import { entryOf, type Entry, type Section, type Shown, type Source, type Step } from './entry'
import { sayCodes, sayNotice, sayObjects, sayPeriod, sayRoles, sayTarget } from './say'

type Of<Key extends keyof Rulebook> = NonNullable<Rulebook[Key]>
type Item<Key extends keyof Rulebook> = Of<Key> extends (infer One)[] ? One : never

const words = zh.rulebooks
const { says, titles } = words

/** The texts of what holds, of a list of [holds, text]. */
const holding = (pairs: [boolean | undefined, string][]): string[] => pairs.flatMap(([holds, text]) => (holds ? [text] : []))

const numbered = (list: { n: number; name: string; optional?: boolean; check?: string }[] | undefined): string[] =>
  (list ?? []).map(({ name, optional, check }) => {
    const named = optional ? says.optionalItem(name) : name
    return check ? says.withCheck(named, sayCodes([check])) : named
  })

const code = (value: string | undefined): string => (value ? sayCodes([value]) : '')
const who = (value: string | undefined): string => (value ? (word(words.roleNames, value) !== value ? word(words.roleNames, value) : code(value)) : '')
const urgent = (immediately: boolean | undefined): string => (immediately ? says.immediately : '')

const demands = (section: string) => (list: Item<'monitoring'>[]): Entry[] =>
  list.map((demand) =>
    entryOf(section, demand.id, demand, { facts: [[words.facts.by, who(demand.by)], [words.facts.when, urgent(demand.immediately)]] }),
  )

const staffing = (list: Of<'staffing'>): Entry[] =>
  list.map((one) => entryOf('staffing', one.id, one, { title: sayRoles([one.role]), points: holding([[one.max_is_suggestion, words.facts.suggestion]]) }))

const updateLimits = (list: Of<'update_limits'>): Entry[] =>
  list.map((limit) => entryOf('update_limits', limit.id, limit, { title: sayTarget(limit), strength: limit.strength ?? 'must' }))

const columnRules = (list: Of<'column_rules'>): Entry[] =>
  list.map((rule) => entryOf('column_rules', rule.id, rule, { items: numbered(rule.items) }))

const openingConditions = (list: Of<'opening_conditions'>): Entry[] =>
  list.map((one) =>
    entryOf('opening_conditions', one.id, one, {
      title: sayObjects(one.objects),
      facts: [[words.facts.unitLevels, sayCodes(one.unit_levels)], [words.facts.authorities, (one.authorities ?? []).map(who).join('、')]],
    }),
  )

type Stage = Item<'approval_chains'>['stages'][number]

function stepOf(stage: Stage, beside: boolean, notices: Map<string, string>): Step {
  const action = word(words.stageActions, stage.action)
  const actor = stage.name || sayRoles(stage.any_of ?? (stage.role ? [stage.role] : []))
  const to = stage.to_name || who(stage.to)
  const notes = [
    to ? says.applyTo(to) : '',
    stage.form === 'written' ? says.written : (stage.form ?? ''),
    stage.notice ? says.noticeOf(notices.get(stage.notice) ?? stage.notice) : '',
    beside ? says.sideBySide : '',
  ].filter(Boolean)
  return { seq: stage.seq, title: `${action}：${actor}`, notes, articles: [] }
}

function approvalChains(chains: Of<'approval_chains'>, book: Rulebook): Entry[] {
  const notices = new Map((book.public_notices ?? []).map((notice) => [notice.id, notice.text]))
  return chains.map((chain) => {
    const beside = (seq: number) => chain.stages.filter((stage) => stage.seq === seq).length > 1
    return entryOf('approval_chains', chain.id, chain, {
      title: sayNotice(chain.processes, chain.objects),
      text: chain.note ?? '',
      steps: chain.stages.map((stage) => stepOf(stage, beside(stage.seq), notices)),
      facts: [[words.facts.websiteClass, code(chain.website_class)], [words.facts.fields, chain.fields?.join('、')]],
    })
  })
}

const accountLimit = (limit: Of<'account_limit'>): Entry[] => [
  entryOf('account_limit', 'account_limit', limit, {
    title: titles.accountLimit(limit.max),
    strength: limit.strength ?? 'must',
    facts: [[words.facts.excess, limit.excess ? says.consolidate : '']],
  }),
]

const naming = (list: Of<'naming'>): Entry[] =>
  list.map((one) =>
    entryOf('naming', one.id, one, {
      title: [sayObjects(one.objects), code(one.aspect)].filter(Boolean).join(' · '),
      facts: [
        [words.facts.websiteClass, code(one.website_class)],
        [words.facts.patterns, [one.pattern ?? '', ...(one.patterns ?? [])].filter(Boolean).join('，')],
        [words.facts.chinesePatterns, one.chinese_patterns?.join('，')],
      ],
    }),
  )

const publicNotices = (list: Of<'public_notices'>): Entry[] =>
  list.map((notice) => {
    const places = sayCodes(notice.places)
    const said = (notice.places?.length ?? 0) < 2 ? places : notice.places_match === 'any' ? says.anyPlace(places) : says.allPlaces(places)
    return entryOf('public_notices', notice.id, notice, {
      title: sayNotice(notice.processes, notice.objects),
      facts: [
        [words.facts.websiteClass, code(notice.website_class)],
        [words.facts.places, said],
        [words.facts.timing, notice.timing === 'promptly' ? says.promptly : code(notice.timing)],
        [words.facts.minDuration, notice.min_duration ? '' : words.none],
      ],
    })
  })

const temporaryOffline = (one: Of<'temporary_offline'>): Entry[] => [
  entryOf('temporary_offline', 'temporary_offline', one, {
    title: titles.temporaryOffline,
    facts: [[words.facts.notCounted, sayCodes(one.not_counted)]],
  }),
]

const redesign = (one: Of<'redesign'>): Entry[] => [
  entryOf('redesign', 'redesign', one, { points: holding([[one.keep_running && !one.text, says.keepRunning]]) }),
]

function review(one: Of<'review'>): Entry[] {
  const steps = one.stages.map((stage) => ({
    seq: stage.seq,
    title: `${stage.label}：${sayRoles(stage.roles)}`,
    notes: [
      stage.focus?.length ? `${words.facts.focus}：${stage.focus.join('、')}` : '',
      stage.form ?? '',
      stage.sign ? '' : says.onlyRecorded,
      stage.final ? says.decides : '',
      stage.releases ? says.releases : '',
      one.stages.filter((other) => other.seq === stage.seq).length > 1 ? says.sideBySide : '',
    ].filter(Boolean),
    articles: stage.articles,
  }))
  const points = holding([
    [one.required_before_publish, says.requiredBeforePublish],
    [one.graded, says.graded],
    [one.republish_after_takedown?.full_chain, says.republish],
    [one.register_archive_required?.value, says.registerArchive],
    [one.applies_to_replies?.value, says.appliesToReplies],
    [one.important_item_review?.value, says.importantItems],
  ])
  return [entryOf('review', 'review', one, { title: one.name, points, steps, facts: [[words.facts.aspects, one.aspects?.join('、')]] })]
}

const secrecyReview = (one: Of<'secrecy_review'>): Entry[] => [
  entryOf('secrecy_review', 'secrecy_review', one, { title: titles.secrecy, facts: [[words.facts.form, one.form]] }),
]

const contentProhibitions = (list: Of<'content_prohibitions'>): Entry[] =>
  list.map((one) => entryOf('content_prohibitions', one.id, one, { facts: [[words.facts.exception, one.exception]] }))

const repost = (one: Of<'repost'>): Entry[] => [
  entryOf('repost', 'repost', one, {
    title: titles.repost,
    points: holding([
      [one.source_required, says.sourceRequired],
      [one.no_distortion, says.noDistortion],
      [one.accuracy_required, says.accuracyRequired],
    ]),
    facts: [
      [
        words.facts.allowedSources,
        one.allowed_sources?.length
          ? `${sayCodes(one.allowed_sources)}${one.allowed_sources_strength ? `（${word(words.strengths, one.allowed_sources_strength)}）` : ''}`
          : '',
      ],
      [words.facts.promptRepost, one.prompt_repost_of?.join('、')],
    ],
  }),
]

const jointPublication = (one: Of<'joint_publication'>): Entry[] => [
  entryOf('joint_publication', 'joint_publication', one, {
    title: titles.jointPublication,
    points: holding([[one.lead_reviews, says.leadReviews]]),
    facts: [[words.facts.consent, says.consentAll]],
  }),
]

const publicationFields = (one: Of<'publication_fields'>): Entry[] => [
  entryOf('publication_fields', 'publication_fields', one, {
    title: titles.publicationFields,
    facts: [[words.facts.required, sayCodes(one.required)]],
    points: holding([[one.complete, says.complete], [one.counters, says.counters]]),
  }),
]

/** Parts of a section that is one group of fields: each is a rule of its own, named after its field. */
function parts<Whole extends object>(section: string, whole: Whole, said: { [Key in keyof Whole]?: (part: NonNullable<Whole[Key]>) => Shown }): Entry[] {
  return (Object.keys(said) as (keyof Whole & string)[]).flatMap((field) => {
    const part = whole[field]
    return part ? [entryOf(section, field, part as Source, said[field]!(part as NonNullable<Whole[typeof field]>))] : []
  })
}

function disclosure(one: Of<'disclosure'>): Entry[] {
  const deadlines = (one.deadlines ?? []).map((deadline) =>
    entryOf('disclosure', deadline.id, deadline, {
      title: deadline.applies,
      facts: [
        [words.facts.from, code(deadline.from)],
        [words.facts.condition, deadline.at_most_condition],
        [words.facts.unless, deadline.unless],
      ],
    }),
  )
  const extra = (one.categories_extra ?? []).map((level) =>
    entryOf('disclosure', `categories_extra.${level.level}`, level, { title: words.categories.extra(code(level.level)), items: level.names }),
  )
  return [
    ...deadlines,
    ...parts('disclosure', one, {
      categories_district: (part) => ({ title: words.categories.categories_district, items: numbered(part.items) }),
      categories_portal: (part) => ({ title: words.categories.categories_portal, items: numbered(part.items) }),
      categories_department: (part) => ({ title: words.categories.categories_department, items: numbered(part.items) }),
    }),
    ...extra,
    ...parts('disclosure', one, {
      status_marks: (part) => ({ title: titles.disclosureStatus, facts: [[words.facts.events, sayCodes(part.events)]] }),
      online_application: () => ({ title: titles.onlineApplication }),
      free_access: () => ({ title: titles.freeAccess }),
      policy_interpretation: (part) => ({
        title: titles.policyInterpretation,
        points: [says.policyTogether],
        facts: [[words.facts.by, part.by]],
      }),
      rumours: (part) => ({
        title: titles.rumours,
        facts: [[words.facts.to, who(part.report_to)], [words.facts.when, says.promptly]],
      }),
      precedence: (part) => ({ title: titles.precedence, facts: [[words.facts.prevails, code(part.prevails)]] }),
    }),
  ]
}

function interaction(one: Of<'interaction'>): Entry[] {
  const deadlines = (one.reply_deadlines ?? []).map((deadline) =>
    entryOf('interaction', deadline.id, deadline, {
      title: titles.replyTo(sayCodes(deadline.kinds)),
      facts: [[words.facts.from, code(deadline.from)]],
    }),
  )
  return [
    ...deadlines,
    ...parts('interaction', one, {
      available: () => ({ title: titles.available }),
      cannot_handle: () => ({ title: titles.cannotHandle, points: [says.explain] }),
      multi_unit: (part) => ({ title: titles.multiUnit, facts: [[words.facts.lead, who(part.lead)]] }),
      first_asked_responsible: () => ({ title: titles.firstAsked }),
      reply_review_required: () => ({ title: titles.replyReview, points: [says.replyReview] }),
      mailbox_check: () => ({ title: titles.mailboxCheck }),
      reply: () => ({ title: titles.reply, facts: [[words.facts.when, says.promptly]] }),
      content_supervision: () => ({ title: titles.contentSupervision, points: [says.contentSupervision] }),
    }),
  ]
}

const surveys = (one: Of<'surveys'>): Entry[] => [
  entryOf('surveys', 'surveys', one, {
    title: titles.surveys,
    facts: [[words.facts.kinds, sayCodes(one.kinds)], [words.facts.from, code(one.result_from)]],
    points: holding([
      [one.kinds.length > 1, one.each_kind ? says.eachKind : says.together],
      [one.before_major_decisions, says.beforeMajor],
    ]),
  }),
]

const takedown = (list: Of<'takedown'>): Entry[] =>
  list.map((one) =>
    entryOf('takedown', one.id, one, {
      title: code(one.trigger),
      facts: [
        [words.facts.by, `${who(one.actor)}${one.action === 'delete' ? code('delete') : zh.words.actions}`],
        [words.facts.from, code(one.clock_from)],
        [words.facts.when, urgent(one.immediately)],
      ],
    }),
  )

const duty = (list: Of<'duty'>): Entry[] =>
  list.map((one) =>
    entryOf('duty', one.id, one, {
      facts: [[words.facts.by, who(one.by)], [words.facts.coverage, one.coverage ? says.coverage : ''], [words.facts.focus, code(one.focus)]],
      points: holding([[one.read_site, says.readSite], [one.log_required, says.logRequired]]),
    }),
  )

const inspections = (list: Of<'inspections'>): Entry[] =>
  list.map((one) =>
    entryOf('inspections', one.id, one, {
      title: titles.inspection(who(one.by), sayObjects(one.subjects)),
      facts: [
        [words.facts.kinds, code(one.kind)],
        [words.facts.every, sayPeriod(one.every)],
        [words.facts.publishAt, sayCodes(one.publish_at)],
        [words.facts.output, code(one.output)],
        [words.facts.feeds, code(one.feeds)],
      ],
    }),
  )

const selfInspections = (list: Of<'self_inspections'>): Entry[] =>
  list.map((one) =>
    entryOf('self_inspections', one.id, one, {
      title: titles.selfInspection(code(one.kind)),
      facts: [
        [words.facts.by, who(one.by)],
        [words.facts.every, sayPeriod(one.every)],
        [words.facts.from, code(one.report_from)],
        [words.facts.to, one.report_to],
        [words.facts.scopeItems, one.scope_items?.join('、')],
      ],
    }),
  )

const drills = (list: Of<'drills'>): Entry[] =>
  list.map((one) => entryOf('drills', one.id, one, { facts: [[words.facts.by, who(one.by)], [words.facts.every, sayPeriod(one.every)]] }))

const evaluation = (list: Of<'evaluation'>): Entry[] =>
  list.map((one) =>
    entryOf('evaluation', one.id, one, {
      facts: [
        [words.facts.by, who(one.by)],
        [words.facts.every, sayPeriod(one.every)],
        [words.facts.subjects, sayObjects(one.subjects)],
        [words.facts.methods, one.methods?.join('、')],
        [words.facts.output, code(one.output)],
        [words.facts.publish, one.publish ? says.promptly : ''],
        [words.facts.publishAfter, code(one.publish_after)],
        [words.facts.feeds, code(one.feeds)],
      ],
    }),
  )

const annualReports = (list: Of<'annual_reports'>): Entry[] =>
  list.map((one) =>
    entryOf('annual_reports', one.id, one, {
      title: code(one.kind),
      facts: [
        [words.facts.by, who(one.by)],
        [words.facts.covers, says.previousYear],
        [words.facts.to, one.submit_to],
        [words.facts.form, one.submit_form],
        [words.facts.reportContents, one.contents?.join('、')],
      ],
      table: one.rows?.length
        ? {
            heads: [words.facts.items, words.facts.elements],
            wide: true,
            rows: one.rows.map((row) => ({
              cells: [row.part, row.names.join('、')],
              confirmed: row.confirmed !== false,
              mirror: row.evidence === 'mirror',
            })),
          }
        : null,
    }),
  )

const retention = (list: Of<'retention'>): Entry[] =>
  list.map((one) => entryOf('retention', one.id, one, { title: one.subject }))

const credentials = (one: Of<'credentials'>): Entry[] => [
  entryOf('credentials', 'credentials', one, {
    title: titles.credentials,
    points: holding([
      [one.password_required, says.passwordRequired],
      [one.rotation_periodic, says.rotationPeriodic],
      [one.least_privilege, says.leastPrivilege],
      [one.real_name, says.realName],
      [one.one_person_one_account, says.onePerson],
      [one.no_disclosure, says.noDisclosure],
    ]),
  }),
]

const handover = (one: Of<'handover'>): Entry[] => [
  entryOf('handover', 'handover', one, { title: titles.handover, facts: [[words.facts.items, one.items.join('、')]] }),
]

const filings = (list: Of<'filings'>): Entry[] =>
  list.map((one) =>
    entryOf('filings', one.id, one, {
      title: code(one.subject),
      facts: [
        [words.facts.to, who(one.to)],
        [words.facts.items, one.items.join('、')],
        [words.facts.when, one.when ? says.promptly : ''],
      ],
    }),
  )

const training = (list: Of<'training'>): Entry[] =>
  list.map((one) =>
    entryOf('training', one.id, one, {
      title: one.text ? '' : titles.training(one.audience ?? ''),
      facts: [[words.facts.by, who(one.by)], [words.facts.audience, one.text ? one.audience : '']],
      points: holding([[one.rule === 'train_before_work', says.trainFirst]]),
    }),
  )

const vendorPoints = (one: Of<'vendors'>): string[] =>
  holding([
    [one.confidentiality_agreement, says.confidentiality],
    [one.responsibilities_agreed, says.responsibilities],
    [one.secrecy_training, says.secrecyTraining],
    [one.qualification_check, says.qualification],
    [one.daily_supervision, says.dailySupervision],
    [one.operation_agreement, says.operationAgreement],
    [one.security_requirements, says.securityRequirements],
  ])

const vendors = (one: Of<'vendors'>): Entry[] => [
  entryOf('vendors', 'vendors', one, { title: titles.vendors, points: vendorPoints(one) }),
  ...(one.undertaker_outsourced
    ? [
        entryOf('vendors', 'undertaker_outsourced', one.undertaker_outsourced, {
          title: says.outsourced,
          points: vendorPoints(one.undertaker_outsourced),
        }),
      ]
    : []),
]

const consequences = (one: Of<'consequences'>): Entry[] => [
  entryOf('consequences', 'consequences', { articles: one.articles }, {
    title: one.measures?.length || one.severe ? titles.measures : '',
    facts: [[words.facts.measures, one.measures?.join('、')], [words.facts.severe, one.severe]],
  }),
  ...(one.triggers ?? []).map((trigger) => entryOf('consequences', trigger.id, trigger, { title: words.facts.triggers })),
  ...(one.liability ?? []).map((trigger) => entryOf('consequences', trigger.id, trigger, { title: words.facts.liability })),
]

/** What stands at the head of a rulebook, or was made for the screen, and is no section of it. */
type HeadKey =
  | 'schema' | 'id' | 'short_name' | 'source_file' | 'source' | 'title' | 'document_number' | 'issuer' | 'jurisdiction' | 'dates'
  | 'article_count' | 'clauses' | 'supervisor' | 'scope' | 'interpretations' | 'sha256' | 'unit_id' | 'unit_name' | 'in_force'
  | 'next' | 'may_change' | 'figures' | 'duties' | 'readings' | 'versions'

type SectionKey = Exclude<keyof Rulebook, HeadKey>

/** How each section is shown, in the order of the page. A section that the schema gets and that is not here does not compile. */
const describers: { [Key in SectionKey]-?: (part: Of<Key>, book: Rulebook) => Entry[] } = {
  vetoes: describeVetoes,
  score_card: describeCard,
  supervision_card: describeSupervision,
  update_limits: updateLimits,
  column_rules: columnRules,
  account_limit: accountLimit,
  account_cleanup: demands('account_cleanup'),
  opening_conditions: openingConditions,
  approval_chains: approvalChains,
  naming,
  public_notices: publicNotices,
  temporary_offline: temporaryOffline,
  redesign,
  review,
  secrecy_review: secrecyReview,
  content_prohibitions: contentProhibitions,
  conduct_prohibitions: demands('conduct_prohibitions'),
  repost,
  joint_publication: jointPublication,
  publication_fields: publicationFields,
  disclosure,
  interaction,
  surveys,
  takedown,
  monitoring: demands('monitoring'),
  duty,
  public_opinion: demands('public_opinion'),
  inspections,
  self_inspections: selfInspections,
  drills,
  emergency_plans: demands('emergency_plans'),
  evaluation,
  annual_reports: annualReports,
  retention,
  credentials,
  handover,
  staffing,
  filings,
  security_measures: demands('security_measures'),
  training,
  vendors,
  consequences,
}

const sectionIds = Object.keys(describers) as SectionKey[]

/** describe lays a rulebook out for reading: its sections, each with its rules and the articles behind them. */
export function describe(book: Rulebook): Section[] {
  return sectionIds.flatMap((id) => {
    const part = book[id]
    if (!part) return []
    const entries = (describers[id] as (part: unknown, book: Rulebook) => Entry[])(part, book)
    const filled = entries.filter((entry) => entry.title || entry.text || entry.facts.length > 0)
    return filled.length > 0 ? [{ id, title: word(words.sections, id), note: words.notes[id] ?? '', entries: filled }] : []
  })
}

/** The titles of the sections that a rulebook says nothing about. The cards are the state's own. */
export function silentSections(book: Rulebook): string[] {
  return sectionIds.filter((id) => !book[id] && !['vetoes', 'score_card', 'supervision_card'].includes(id)).map((id) => word(words.sections, id))
}
