// What a walk does without a screen: somebody's calls of the API, and an article that is written, signed and sent out.
import assert from 'node:assert/strict'
import { png } from './pictures.mjs'

const password = 'Demo-2026-gov'
const signers = ['xinxi', 'fenguan', 'zhuyao', 'xinxi', 'keshi', 'fenguan']

/** Signs somebody in and returns the call: method, path and body give the answer's JSON, anything but success throws. */
export async function caller(base, username) {
  const session = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
  assert.ok(session.ok, `${username} signs in`)
  const cookie = session.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
  return async (method, path, body) => {
    const form = body instanceof FormData
    const headers = form ? { cookie } : { cookie, 'content-type': 'application/json' }
    const answer = await fetch(base + path, { method, headers, body: form ? body : body && JSON.stringify(body) })
    const text = await answer.text()
    assert.ok(answer.ok, `${username}: ${method} ${path} = ${answer.status} ${text.slice(0, 300)}`)
    return text === '' ? null : JSON.parse(text)
  }
}

/** The people of the town, each signed in once; a program that was started again wants them anew. */
export async function town(base) {
  const people = {}
  for (const name of [...new Set([...signers, 'guanli'])]) people[name] = await caller(base, name)
  return people
}

/** The accounts that somebody reaches, by name. */
export async function accountsOf(call) {
  const { items } = await call('GET', '/api/accounts?per_page=100')
  return Object.fromEntries(items.map((one) => [one.name, one]))
}

/** An article to some accounts, signed by all and scheduled: at a time, or at once. */
export async function publish(people, unitId, title, accountIds, at) {
  const write = people.xinxi
  const picture = png('封面.png', 900, 383, [40, 70, 160])
  const form = new FormData()
  form.append('unit_id', unitId)
  form.append('file', new Blob([picture.buffer], { type: picture.mimeType }), picture.name)
  const cover = await write('POST', '/api/media', form)
  const made = await write('POST', '/api/articles', {
    unit_id: unitId, title, digest: '', byline: '', source: '', body: `<p>${title}。请相互转告。</p>`, cover_id: cover.id, account_ids: accountIds,
  })
  const article = await signed(people, made.article.id)
  await write('POST', `/api/articles/${article.id}/schedule`, { version: article.version, ...(at && { at }) })
  return article.id
}

/** Submits an article and has it signed by all of the chain, or by the first so many; returns it. */
export async function signed(people, id, count = signers.length) {
  const path = `/api/articles/${id}`
  const { version } = await people.xinxi('GET', path)
  await people.xinxi('POST', `${path}/submit`, { version })
  return signOn(people, id, 0, count)
}

/** Gives the signatures of the chain from one to another. */
export async function signOn(people, id, from, to = signers.length) {
  const path = `/api/articles/${id}`
  for (const name of signers.slice(from, to)) {
    const article = await people[name]('GET', path)
    await people[name]('POST', `${path}/sign`, { version: article.version, sha256: article.sha256, opinion: '同意' })
  }
  return people.xinxi('GET', path)
}

/** Opens a published article again and writes another text into it. */
export async function rewrite(people, id, body) {
  const path = `/api/articles/${id}`
  const call = people.xinxi
  await call('POST', `${path}/reopen`, { version: (await call('GET', path)).version })
  const { version, unit_id, title, digest, byline, source, cover_id, account_ids } = await call('GET', path)
  await call('PUT', path, { version, unit_id, title, digest, byline, source, body, cover_id, account_ids })
}

/** Waits until the deliveries of an article stand as asked, and returns them. */
export async function delivered(call, articleId, asked, what) {
  const deadline = Date.now() + 30_000
  let deliveries = []
  while (Date.now() < deadline) {
    deliveries = (await call('GET', `/api/articles/${articleId}`)).deliveries
    if (deliveries.length > 0 && deliveries.every(asked)) return deliveries
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${what}: ${deliveries.map((one) => `${one.account_name} ${one.state} ${one.error_code} ${one.error_advice}`).join('; ')}`)
}
