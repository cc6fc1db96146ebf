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
  wechat: ['app_secret'],
  weibo: ['access_token', 'expires_at', 'app_key', 'app_secret'],
  app: ['secret'],
}

/** Secrets that may be left empty. */
const optionalSecrets: Record<string, string[]> = { weibo: ['app_key', 'app_secret', 'expires_at'] }

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
