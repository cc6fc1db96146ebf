// The columns of a website in a real Chromium against the real binary: one that has no content is not let be shown, with the
// clause; with content it is shown and hidden again; an office whose rulebook forbids blank columns finds those that are shown.
// Every page passes axe on the way. Ends with "N passed, N failed".
import assert from 'node:assert/strict'
import { desktop, look, person, phone, sound, step, walk } from './screen.mjs'

const site = '云岭市政府门户网站（演示）'
const column = '专题专栏'
const clause = '昭通 2018 第13条（二）'

let program
let browser

const signIn = (username, viewport) => person(browser, program.base, username, viewport)

async function open(page, path, heading) {
  await page.goto(program.base + path)
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
}

async function openSite(page) {
  await open(page, '/accounts', '账号')
  await page.getByRole('link', { name: site }).click()
  await page.getByRole('heading', { name: site, level: 1 }).waitFor()
}

/** The office of the city writes down what appeared in the column. */
async function record(page, title) {
  await page.getByRole('button', { name: `登记更新：${column}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('标题').fill(title)
  await dialog.getByLabel(/网址|链接/).fill(`https://www.example.gov.cn/${encodeURIComponent(title)}`)
  await dialog.locator('#published-at').fill(new Date(Date.now() + 8 * 3_600_000 - 60_000).toISOString().slice(0, 16))
  await dialog.getByRole('button', { name: '登记更新' }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** Nothing there, then only words that stand in: the refusal names the clause both times. */
async function refused(viewport) {
  const page = await signIn('shiban', viewport)
  await openSite(page)
  const row = page.getByRole('row').filter({ hasText: column })
  await row.getByText('未显示').waitFor()
  await look(page, `the columns of a site (${viewport.width})`)
  const show = page.getByRole('button', { name: `设为显示：${column}` })
  await show.click()
  const refusal = page.getByRole('alert').filter({ hasText: clause })
  await refusal.filter({ hasText: '不能设为显示' }).waitFor()
  await look(page, `the refusal of a blank column (${viewport.width})`)
  await record(page, '栏目正在建设中')
  await show.click()
  await page.getByRole('alert').filter({ hasText: '占位的话' }).filter({ hasText: clause }).waitFor()
  await page.context().close()
}

/** The page of the column stands below the register, and does what the list does. */
async function shown(viewport) {
  const page = await signIn('shiban', viewport)
  await openSite(page)
  await record(page, '云岭市召开全市政务公开工作会议')
  await page.getByRole('link', { name: column, exact: true }).click()
  await page.getByRole('heading', { name: column, level: 1 }).waitFor()
  await page.getByText('栏目没有在网站上显示，不计更新时限').waitFor()
  if (viewport === desktop) {
    const trail = page.getByRole('navigation', { name: '当前位置' })
    await trail.getByRole('link', { name: '账号' }).waitFor()
    assert.match(await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '账号台账' }).getAttribute('class'), /router-link-active/)
  }
  await look(page, `a hidden column (${viewport.width})`)
  await page.getByRole('button', { name: '设为显示' }).click()
  await page.getByText('栏目已设为显示').waitFor()
  const hide = page.getByRole('button', { name: '设为不显示' })
  await hide.waitFor()
  await look(page, `a column (${viewport.width})`)
  await hide.click()
  const dialog = page.getByRole('dialog', { name: '设为不显示' })
  await sound(page, `the question before a column is hidden (${viewport.width})`)
  await dialog.getByRole('button', { name: '取消' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await hide.click()
  await dialog.getByRole('button', { name: '设为不显示' }).click()
  await page.getByRole('button', { name: '设为显示' }).waitFor()
  await page.context().close()
}

/** A district comes under the rulebook that forbids blank columns: those shown so far are found, until they are hidden. */
async function found() {
  const page = await signIn('guanli', desktop)
  await open(page, '/column-findings', '栏目问题')
  await page.getByText('没有发现问题栏目').waitFor()
  await sound(page, 'no findings')
  await open(page, '/rulebooks', '规则库')
  await page.getByRole('button', { name: '换用或增加' }).click()
  const adopting = page.getByRole('dialog')
  await adopting.getByText('叠加适用', { exact: true }).click()
  await adopting.getByRole('combobox', { name: '规则库' }).press('Enter')
  await page.getByRole('option', { name: /昭通 2018/ }).click()
  await adopting.getByLabel('理由').fill('参照执行')
  await adopting.getByRole('button', { name: '查看影响' }).click()
  await adopting.getByRole('button', { name: '确认' }).click()
  await page.getByText('已保存').waitFor()

  await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '栏目问题' }).click()
  const row = page.getByRole('row').filter({ hasText: '乡村振兴' })
  await row.getByText('空白栏目').waitFor()
  await row.getByText(clause).waitFor()
  await look(page, 'the findings')
  await page.getByRole('combobox', { name: '单位' }).press('Enter')
  await page.getByRole('option', { name: /文化和旅游/ }).click()
  await page.getByText('这个单位没有发现问题栏目').waitFor()
  await page.getByRole('button', { name: '清除筛选' }).click()
  await row.getByRole('link', { name: '乡村振兴' }).click()
  await page.getByRole('button', { name: '设为不显示' }).click()
  await page.getByRole('dialog', { name: '设为不显示' }).getByRole('button', { name: '设为不显示' }).click()
  await page.getByText('栏目已设为不显示').waitFor()
  await open(page, '/column-findings', '栏目问题')
  await page.getByText('没有发现问题栏目').waitFor()
  await page.context().close()
}

/** Who only reads sees the list and no button. */
async function readOnly() {
  const page = await signIn('wenlv', phone)
  await open(page, '/column-findings', '栏目问题')
  await sound(page, 'no findings on a phone')
  await page.context().close()
  const officer = await signIn('xinxi', phone)
  await openTown(officer)
  assert.equal(await officer.getByRole('button', { name: /设为/ }).count(), 0)
  await officer.getByRole('button', { name: '登记更新：清源动态' }).waitFor()
  await sound(officer, 'the columns of a site on a phone')
  await officer.context().close()
}

async function openTown(page) {
  await open(page, '/accounts', '账号')
  await page.getByRole('link', { name: '清源镇子网站（演示）' }).click()
  await page.getByRole('link', { name: '清源动态' }).waitFor()
}

await walk(async (itsProgram, itsBrowser) => {
  program = itsProgram
  browser = itsBrowser
  await step('a column without content is not let be shown (desktop)', () => refused(desktop))
  await step('with content it is shown, and hidden again (desktop)', () => shown(desktop))
  await step('and so on a phone', () => shown(phone))
  await step('what is shown without content is found, until it is hidden', found)
  await step('who only reads sees the findings and no button', readOnly)
})
