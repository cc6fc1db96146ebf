import type { Opening, NewApplication } from './queries'
import { isAccountObject, type Values } from './application'

/** What is chosen before an application is written. */
export interface Choice {
  unit_id: string
  object: string
  process: string
  website_class: string
  account_id: string
  column_act: string
  column_id: string
  registration_id: string
}

export const emptyChoice = (unitId: string): Choice => ({
  unit_id: unitId, object: '', process: '', website_class: '', account_id: '', column_act: '', column_id: '', registration_id: '',
})

type Chosen = Pick<Choice, 'object' | 'process'>

/** A new account has an address to be recognised by. */
export const isOpening = (choice: Chosen): boolean => choice.process === 'open' && isAccountObject(choice.object)
/** Redesigns are about the whole, so no single column is told. */
export const asksColumnAct = (choice: Chosen): boolean => choice.object === 'column' && choice.process !== 'redesign'
/** What exists already is pointed out: an account, the site of a column. */
export const asksAccount = (choice: Chosen): boolean => choice.process !== '' && !isOpening(choice) && (isAccountObject(choice.object) || choice.object === 'column')
/** The site of a domain or mailbox may be told, and need not. */
export const maySite = (choice: Chosen): boolean => choice.object === 'domain' && choice.process !== '' && choice.process !== 'cancel'
export const asksRegistration = (choice: Chosen): boolean => ['domain', 'mailbox'].includes(choice.object) && choice.process !== '' && choice.process !== 'open'

/** The classes of website that have chains of their own here; a choice is needed only where there are some. */
export const classesOf = (openings: readonly Opening[], choice: Chosen): string[] =>
  openings.filter((one) => one.process === choice.process && one.object === choice.object && one.website_class).map((one) => one.website_class)

/** The chain that is followed, as far as it is chosen. */
export const openingOf = (openings: readonly Opening[], choice: Pick<Choice, 'object' | 'process' | 'website_class'>): Opening | undefined => {
  const fitting = openings.filter((one) => one.process === choice.process && one.object === choice.object)
  return fitting.find((one) => !one.website_class || one.website_class === choice.website_class)
}

/** Which choices are still to be made, by their names. */
export function missingChoices(choice: Choice, classes: readonly string[]): string[] {
  const missing: string[] = []
  if (!choice.process) return ['process']
  // A known website has its class in the register.
  if (classes.length > 0 && !choice.website_class && isOpening(choice)) missing.push('website_class')
  if (asksAccount(choice) && !choice.account_id) missing.push('account_id')
  if (asksColumnAct(choice) && !choice.column_act) missing.push('column_act')
  if (asksColumnAct(choice) && choice.column_act && choice.column_act !== 'add' && !choice.column_id) missing.push('column_id')
  if (asksRegistration(choice) && !choice.registration_id) missing.push('registration_id')
  return missing
}

interface Recognized {
  platform: string
  kind: string
  name: string
  external_id: string
  original_id: string
  home_url: string
  domain: string
}

/** What a recognised address fills in of a new account. */
export function wantedOf(choice: Chosen, found: Recognized | null): Values {
  const site = choice.object !== 'new_media'
  const wanted: Values = site ? { platform: 'website', kind: choice.object } : {}
  // A page of something else says nothing of what is applied for.
  if (!found || site !== (found.platform === 'website')) return wanted
  const told: Values = site
    ? { name: found.name, home_url: found.home_url, domain: choice.object === 'website' ? found.domain : '' }
    : { platform: found.platform, kind: found.kind, name: found.name, external_id: found.external_id, original_id: found.original_id, home_url: found.home_url }
  return { ...wanted, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value)) }
}

/** The call that begins an application. */
export function newApplication(choice: Choice, found: Recognized | null): NewApplication {
  const wanted: Values = {
    ...(isOpening(choice) && wantedOf(choice, found)),
    ...(asksColumnAct(choice) && { column_act: choice.column_act }),
  }
  const column = asksColumnAct(choice) && choice.column_act !== 'add' ? choice.column_id : ''
  return {
    unit_id: choice.unit_id,
    process: choice.process,
    object: choice.object,
    ...(choice.website_class && { website_class: choice.website_class as NewApplication['website_class'] }),
    ...((asksAccount(choice) || maySite(choice)) && choice.account_id && { account_id: choice.account_id }),
    ...(column && { column_id: column }),
    ...(asksRegistration(choice) && choice.registration_id && { registration_id: choice.registration_id }),
    ...(Object.keys(wanted).length > 0 && { wanted }),
  }
}
