import { zh } from '@/locales/zh-CN'
import { beijingInstant } from '@/utils/time'
import type { Account, NewAccount } from './queries'

/** Which kinds live on which platform; the server refuses any other pair. */
export const kindsOf: Record<string, string[]> = {
  wechat: ['wechat_subscription', 'wechat_service'],
  weibo: ['weibo'],
  app: ['app'],
  channels: ['wechat_channels'],
  douyin: ['douyin'],
  kuaishou: ['kuaishou'],
  toutiao: ['toutiao'],
  website: ['website', 'subsite'],
  other: ['other'],
}

/** The one setting of a platform's adapter that a person fills in; undefined where there is none. */
export const settingOf: Record<string, string | undefined> = { app: 'endpoint', weibo: 'safe_domain' }

/** The secrets of a platform's adapter, in the order of the dialog; none where nothing is published by itself. */
export const secretsOf: Record<string, string[]> = {
  wechat: ['app_secret', 'callback_token', 'encoding_aes_key'],
  weibo: ['access_token', 'expires_at', 'app_key', 'app_secret'],
  app: ['secret'],
}

/** How a new account of a platform publishes as long as nobody chose: by itself only where an adapter serves it. */
export const modeOf = (platform: string): AccountForm['mode'] => (platform in secretsOf ? 'auto' : 'manual')

/** Secrets that may be left empty. */
const optionalSecrets: Record<string, string[]> = { weibo: ['app_key', 'app_secret', 'expires_at'], wechat: ['callback_token', 'encoding_aes_key'] }

/** Where a secret that is set and left empty stays as it is. A token of Weibo belongs to the app and the end that stand beside it. */
const keeping: readonly string[] = ['wechat', 'app']

export const keepsSecrets = (account: Pick<Account, 'platform' | 'credentials_set_at'>): boolean =>
  account.credentials_set_at !== null && keeping.includes(account.platform)

const shapes: Record<string, { shape: RegExp; sentence: string }> = {
  callback_token: { shape: /^[A-Za-z0-9]{3,32}$/, sentence: zh.platforms.credentials.tokenInvalid },
  encoding_aes_key: { shape: /^[A-Za-z0-9]{43}$/, sentence: zh.platforms.credentials.keyInvalid },
}

/**
 * What is wrong with the secrets that were typed, by name; `_` is about all of them. Where those that are set stay, one is
 * enough; WeChat's token and key for callbacks belong together.
 */
export function secretErrors(account: Pick<Account, 'platform' | 'credentials_set_at'>, typed: Record<string, string>): Record<string, string> {
  const words = zh.platforms.credentials
  const errors: Record<string, string> = {}
  const names = secretsOf[account.platform] ?? []
  const keep = keepsSecrets(account)
  for (const name of names) {
    const value = typed[name] ?? ''
    const rule = shapes[name]
    if (value === '' && !keep && !isOptional(account.platform, name)) errors[name] = zh.accounts.form.required
    if (value !== '' && rule && !rule.shape.test(value)) errors[name] = rule.sentence
  }
  const [token, key] = [typed.callback_token ?? '', typed.encoding_aes_key ?? '']
  if ((token === '') !== (key === '')) errors[token === '' ? 'callback_token' : 'encoding_aes_key'] = words.callbackPair
  if (keep && names.every((name) => !typed[name])) errors._ = words.nothing
  return errors
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** So many random letters and figures, each as likely as any other. */
export function randomLetters(count: number): string {
  const fair = 256 - (256 % letters.length)
  let text = ''
  while (text.length < count) {
    for (const byte of crypto.getRandomValues(new Uint8Array(count))) if (byte < fair && text.length < count) text += letters[byte % letters.length]
  }
  return text
}

/** The ways in which an account on WeChat publishes, as its setting names them. */
export const publishModes = ['publish', 'mass_send', 'draft_only'] as const

/** The account's way; what is not known publishes nothing by itself, so it counts as drafts. */
export function publishMode(settings: Record<string, unknown>): (typeof publishModes)[number] {
  const mode = settings.publish_mode
  if (mode === undefined || mode === '') return 'publish'
  return publishModes.find((one) => one === mode) ?? 'draft_only'
}

export const isOptional = (platform: string, secret: string): boolean =>
  optionalSecrets[platform]?.includes(secret) ?? false

export interface AccountForm {
  unit_id: string
  platform: string
  kind: string
  name: string
  external_id: string
  home_url: string
  mode: 'auto' | 'manual'
  state: 'applying' | 'in_use'
  /** A Beijing day such as `2026-11-01`; empty means now. */
  in_use_since: string
  /** The value of the adapter's one setting. */
  setting: string
}

export function emptyAccount(unitId: string): AccountForm {
  return {
    unit_id: unitId, platform: 'wechat', kind: 'wechat_subscription', name: '', external_id: '', home_url: '',
    mode: 'auto', state: 'in_use', in_use_since: '', setting: '',
  }
}

/** What the adapter's one setting says; empty where there is none. */
export function settingValue(account: Pick<Account, 'platform' | 'settings'>): string {
  const name = settingOf[account.platform]
  const setting = name === undefined ? '' : account.settings[name]
  return typeof setting === 'string' ? setting : ''
}

/** The settings with the adapter's one put in; what other hands have set stays. */
export function settingsWith(platform: string, setting: string, before: Record<string, unknown>): Record<string, unknown> {
  const name = settingOf[platform]
  if (name === undefined) return before
  const settings: Record<string, unknown> = { ...before, [name]: setting.trim() }
  if (settings[name] === '') delete settings[name]
  return settings
}

/** The beginning of a Beijing day; null when the text is no day that has come. */
export function dayInstant(text: string, now: number): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return null
  const instant = beijingInstant(Number(match[1]), Number(match[2]), Number(match[3]))
  return Number.isNaN(instant) || instant > now ? null : instant
}

export function newAccount(form: AccountForm, now: number): NewAccount {
  const since = form.state === 'in_use' ? dayInstant(form.in_use_since, now) : null
  return {
    unit_id: form.unit_id,
    platform: form.platform,
    kind: form.kind,
    name: form.name.trim(),
    external_id: form.external_id.trim(),
    home_url: form.home_url.trim(),
    mode: form.mode,
    state: form.state,
    ...(since === null ? {} : { in_use_at: since }),
    settings: settingsWith(form.platform, form.setting, {}),
  }
}

/** A new signing secret of 32 random bytes, in the form that the app's adapter takes. */
export function newSigningSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return `whsec_${btoa(String.fromCharCode(...bytes))}`
}
