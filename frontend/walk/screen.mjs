// What a walk needs of a screen: somebody signed in at a size, steps that are counted, and pages that are sound.
import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import { startProgram } from './program.mjs'

export const desktop = { width: 1280, height: 900 }
export const phone = { width: 390, height: 844 }

const patience = Number(process.env.WALK_PATIENCE ?? 30_000)
const password = 'Demo-2026-gov'

let passed = 0
let shots = 0
const failures = []

async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic'],
  })
}

/** One thing that somebody does. A walk goes on after a step that failed, unless WALK_STOP is set. */
export async function step(name, work) {
  const began = Date.now()
  try {
    await work()
    passed++
    console.log(`ok   ${name} (${Math.round((Date.now() - began) / 1000)} s)`)
  } catch (error) {
    failures.push(name)
    if (process.env.WALK_STOP) throw error
    console.log(`FAIL ${name}\n${error.stack ?? error}`)
  }
}

/** Says how the walk went, in the form that the test run counts, and whether every step passed. */
function conclude() {
  console.log(`${passed} passed, ${failures.length} failed`)
  return failures.length === 0
}

/**
 * A whole walk: a program and a browser of its own for the steps, both ended whatever comes, and how it went as the exit
 * code. What the program printed is shown where a step failed.
 */
export async function walk(steps) {
  const program = await startProgram()
  const browser = await launch()
  try {
    await steps(program, browser)
  } finally {
    await browser.close()
    await program.stop()
  }
  const good = conclude()
  if (!good) console.log(program.printed())
  process.exitCode = good ? 0 : 1
}

/** A page is looked at once what was said about the last act has gone: while it fades it has no contrast. */
export async function look(page, what) {
  await page.locator('.el-message').last().waitFor({ state: 'detached' })
  await sound(page, what)
}

/** Somebody at a screen of some size, signed in. */
export async function person(browser, base, username, viewport) {
  const context = await browser.newContext({
    viewport,
    hasTouch: viewport === phone,
    isMobile: viewport === phone,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce', // nothing is looked at while it fades
  })
  const page = await context.newPage()
  page.setDefaultTimeout(patience)
  page.errors = []
  page.on('pageerror', (error) => page.errors.push(error.message))
  await page.goto(`${base}/signin`)
  await page.getByLabel('用户名').fill(username)
  await page.locator('input[type=password]').fill(password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '待办', level: 1 }).waitFor()
  return page
}

/** No serious or critical violation, no error of the page itself, and nothing wider than the screen. */
export async function sound(page, what) {
  // A dialog that still fades in has no contrast yet.
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(ending.map((one) => one.finished))
  })
  if (process.env.WALK_SHOTS) await page.screenshot({ path: `${process.env.WALK_SHOTS}/${String(++shots).padStart(2, '0')} ${what.replaceAll('/', '-')}.png` })
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
  assert.deepEqual(
    grave.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`),
    [],
    `axe on ${what}`,
  )
  assert.deepEqual(page.errors, [], `errors on ${what}`)
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  assert.ok(inner <= outer + 1, `${what} is ${inner} px wide on a screen of ${outer} px`)
}
