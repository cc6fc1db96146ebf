// What is owed besides updates, in a real Chromium against the real binary: an officer registers a notice that was received,
// sees the due time with its clause, finishes it; a notice that has not stood long enough is not let end; the weekly list, the
// daily reading, the roster, the settings of reminders. Every page passes axe on the way. Ends with "N passed, N failed".
import assert from 'node:assert/strict'
import { desktop, look, person, phone, step, walk } from './screen.mjs'

const minute = 60_000
const hour = 60 * minute
const pad = (value) => String(value).padStart(2, '0')

let program
let browser

/** An instant on a clock in Beijing: `2026-11-22 16:20`. */
function beijing(instant) {
  const at = new Date(instant + 8 * hour)
  return `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())} ${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`
}

const field = (instant) => beijing(instant).replace(' ', 'T')

/** Registers a matter in the dialog up to the press of the button; gives the dialog. */
async function register(page, rule, event, title) {
  await page.goto(`${program.base}/matters`)
  await page.getByRole('button', { name: '登记事项' }).click()
  const dialog = page.getByRole('dialog')
  const choice = dialog.getByLabel('适用条款')
  const option = choice.locator('option', { hasText: rule })
  await option.first().waitFor({ state: 'attached' })
  await choice.selectOption(await option.first().getAttribute('value'))
  await dialog.locator('#matter-event').fill(field(event))
  await dialog.getByLabel('事项标题').fill(title)
  return dialog
}

async function save(page, dialog) {
  await dialog.getByRole('button', { name: '登记', exact: true }).click()
  await page.waitForURL(/matters\/[0-9a-z]{16}$/)
  await page.getByRole('heading', { name: '经过' }).waitFor()
}

async function inTime(viewport) {
  const page = await person(browser, program.base, 'xinxi', viewport)
  const title = `关于删除一条信息的通知（演示 ${viewport.width}）`
  const event = Date.now() - 10 * minute
  const due = `截止 ${beijing(event + hour)}（潼南 2022 第26条）`
  const dialog = await register(page, '主管单位发现敏感信息', event, title)
  await dialog.getByText('通知主办单位的时间（北京时间）').waitFor()
  await dialog.getByRole('region', { name: '试算' }).getByText(due).waitFor()
  await look(page, `the registering of a matter (${viewport.width})`)
  await save(page, dialog)
  await page.getByText(due).waitFor()
  await page.getByText('进行中', { exact: true }).waitFor()
  await look(page, `a matter (${viewport.width})`)

  await page.goto(`${program.base}/matters`)
  await page.getByRole('link', { name: title }).waitFor()
  await look(page, `the list of matters (${viewport.width})`)
  await page.getByRole('link', { name: title }).click()
  await page.getByRole('button', { name: '办结' }).click()
  const finish = page.getByRole('dialog')
  await finish.getByText('按这个时间，属于按时办结。').waitFor()
  await finish.getByLabel('办理情况').fill('已删除，并清除了转载。')
  await look(page, `the finishing of a matter (${viewport.width})`)
  await finish.getByRole('button', { name: '办结', exact: true }).click()
  await finish.waitFor({ state: 'hidden' })
  await page.getByText('按时办结').first().waitFor()
  await page.getByText('已删除，并清除了转载。').waitFor()
  await page.context().close()
}

async function late() {
  const page = await person(browser, program.base, 'xinxi', desktop)
  const title = '关于处置一条错误信息的通知（演示）'
  const event = Date.now() - 3 * hour
  await save(page, await register(page, '值班发现严重错敏信息', event, title))
  await page.getByText('逾期', { exact: true }).waitFor()
  await page.getByText(/^逾期 (2 小时|1 小时 59 分钟)/).waitFor()
  await look(page, 'a late matter')
  await page.getByRole('button', { name: '更正起算时间' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('#correct-event').fill(field(Date.now() - 5 * minute))
  await dialog.getByRole('button', { name: '更正起算时间' }).click()
  await dialog.getByText('请填写理由后再提交。').waitFor()
  await dialog.getByLabel('更正的理由').fill('通知单上的时间看错了。')
  await dialog.getByRole('button', { name: '更正起算时间' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText('进行中', { exact: true }).waitFor()
  await page.getByRole('button', { name: '作废' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('重复登记。')
  await page.getByRole('dialog').getByRole('button', { name: '作废' }).click()
  await page.getByText('作废，理由：重复登记。').first().waitFor()
  await look(page, 'a void matter')
  await page.context().close()
}

async function tooEarly() {
  const page = await person(browser, program.base, 'jiaotong', desktop)
  const event = Date.now() - hour
  const dialog = await register(page, '首页挂迁移公告', event, '网站迁移公告（演示）')
  await dialog.getByText(/^最早 .* 可以办结（昭通 2018 第12条（四））$/).waitFor()
  await save(page, dialog)
  await page.getByRole('button', { name: '办结' }).click()
  const finish = page.getByRole('dialog')
  await finish.getByLabel('办理情况').fill('公告已撤下。')
  await finish.getByRole('button', { name: '办结', exact: true }).click()
  await finish.getByText(/最早 .* 才能办结/).first().waitFor()
  assert.equal(await finish.getByLabel('办理情况').inputValue(), '公告已撤下。', 'a refused form keeps what was typed')
  await look(page, 'the refusal to end a notice early')
  await page.context().close()
}

async function weekly(viewport) {
  const page = await person(browser, program.base, 'xinxi', viewport)
  await page.goto(`${program.base}/thursday`)
  await page.getByRole('heading', { name: '示范区清源镇人民政府时限清单', level: 1 }).waitFor()
  await page.getByText(/^距7日上限/).first().waitFor()
  await page.getByText('潼南 2022 第21条（六）').first().waitFor()
  await look(page, `the weekly list (${viewport.width})`)
  await page.emulateMedia({ media: 'print' })
  assert.ok(await page.getByText('处理情况').isVisible(), 'on paper there is room to write')
  assert.ok(!(await page.getByRole('button', { name: '打印' }).isVisible()), 'on paper nothing can be pressed')
  await page.context().close()
}

async function reading(viewport) {
  const page = await person(browser, program.base, 'xinxi', viewport)
  await page.goto(`${program.base}/periods`)
  const again = viewport === desktop
  if (again) await page.getByText('实 0 / 应 1').waitFor()
  await page.getByRole('button', { name: /^登记：值班人员每天浏览/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('说明').fill('已浏览，没有发现问题。')
  await look(page, `the recording of an act (${viewport.width})`)
  await dialog.getByRole('button', { name: '登记', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText(again ? '实 1 / 应 1' : '实 2 / 应 1').waitFor()
  await look(page, `what comes back (${viewport.width})`)
  await page.getByRole('button', { name: /^履职记录：值班人员每天浏览/ }).click()
  await page.getByRole('dialog').getByText('已浏览，没有发现问题。').first().waitFor()
  await look(page, `what was done (${viewport.width})`)
  await page.context().close()
}

async function roster(viewport) {
  const page = await person(browser, program.base, 'xinxi', viewport)
  await page.goto(`${program.base}/roster`)
  if (viewport === desktop) await page.getByText(/^空档 168 小时/).waitFor()
  await page.getByRole('button', { name: '排班' }).click()
  const dialog = page.getByRole('dialog')
  if (viewport === desktop) {
    await dialog.getByRole('button', { name: '按每天一班填满本周' }).click()
    await dialog.getByRole('button', { name: '保存', exact: true }).click()
    await dialog.getByText(/^第 1 班的姓名和起止时间要填全/).waitFor()
    const names = dialog.getByLabel('姓名')
    assert.equal(await names.count(), 7)
    for (let index = 0; index < 7; index++) await names.nth(index).fill(`演示人员${index + 1}`)
  }
  await look(page, `the making of a roster (${viewport.width})`)
  await dialog.getByRole('button', { name: '保存', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText('没有空档。').waitFor()
  await page.getByText('演示人员7').waitFor()
  await look(page, `the roster (${viewport.width})`)
  await page.context().close()
}

async function reminders(viewport) {
  const page = await person(browser, program.base, 'guanli', viewport)
  await page.goto(`${program.base}/reminders`)
  await page.getByRole('tab', { name: '提醒记录' }).waitFor()
  await page.waitForLoadState('networkidle')
  await look(page, `the history of reminders (${viewport.width})`)
  await page.getByRole('tab', { name: '设置' }).click()
  await page.getByText('提醒渠道').waitFor()
  await look(page, `the settings of reminders (${viewport.width})`)
  await page.getByRole('button', { name: /^(单独设置|修改设置)$/ }).click()
  await page.getByLabel('更新时限第 1 次提前多少').fill(viewport === desktop ? '5' : '4')
  await look(page, `the changing of the settings (${viewport.width})`)
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText(viewport === desktop ? '5 天、1 天' : '4 天、1 天').waitFor()
  await page.getByText('本单位自己的设置。').waitFor()

  await page.getByRole('tab', { name: '静音' }).click()
  await page.getByRole('button', { name: '静音一条规定' }).click()
  const dialog = page.getByRole('dialog')
  if (viewport === desktop) {
    const rule = dialog.getByLabel('哪一条').locator('optgroup[label="潼南 2022"] option', { hasText: '第21条（六）' })
    await rule.first().waitFor({ state: 'attached' })
    await dialog.getByLabel('哪一条').selectOption(await rule.first().getAttribute('value'))
  }
  await dialog.locator('#mute-until').fill(beijing(Date.now() + 72 * hour).slice(0, 10))
  await dialog.getByLabel('理由').fill(`机构改革期间（演示 ${viewport.width}）`)
  await look(page, `the muting of a rule (${viewport.width})`)
  await dialog.getByRole('button', { name: '静音', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText(`机构改革期间（演示 ${viewport.width}）`).waitFor()
  if (viewport === desktop) await page.getByRole('rowheader', { name: /^潼南 2022 · 更新时限 · .*第21条（六）/ }).waitFor()
  await look(page, `the mutes (${viewport.width})`)

  await page.getByRole('tab', { name: '群机器人' }).click()
  await page.getByRole('button', { name: '添加机器人' }).click()
  await dialog.getByLabel('名称').fill('工作群')
  await dialog.getByLabel('地址').fill('http://127.0.0.1/robot')
  await dialog.getByRole('button', { name: '保存', exact: true }).click()
  await dialog.getByText(/^机器人地址不对/).first().waitFor()
  assert.equal(await dialog.getByLabel('名称').inputValue(), '工作群', 'a refused form keeps what was typed')
  await look(page, `the refusal of a bot's address (${viewport.width})`)
  await dialog.getByRole('button', { name: '取消' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('tab', { name: '提醒负担' }).click()
  await page.getByText('本月提醒').waitFor()
  await look(page, `the burden of reminders (${viewport.width})`)
  await page.context().close()
}

async function email(viewport) {
  const page = await person(browser, program.base, 'xinxi', viewport)
  await page.getByRole('button', { name: /打开个人菜单/ }).click()
  await page.getByRole('menuitem', { name: '提醒邮箱' }).click()
  await page.getByLabel('邮箱地址').fill('not an address')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.locator('.el-form-item__error').or(page.getByRole('alert')).first().waitFor()
  await page.getByLabel('邮箱地址').fill('officer@example.com')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('已保存提醒邮箱').waitFor()
  await look(page, `the address for reminders (${viewport.width})`)
  await page.context().close()
}

await walk(async (itsProgram, itsBrowser) => {
  program = itsProgram
  browser = itsBrowser
  await step('an officer registers a notice, sees when it is due and by which clause, and finishes it in time', () => inTime(desktop))
  await step('the same on a phone', () => inTime(phone))
  await step('a late matter is red, is corrected, and is made void with a reason', late)
  await step('a notice that has not stood long enough is not let end', tooEarly)
  for (const [name, viewport] of [['desktop', desktop], ['phone', phone]]) {
    await step(`the weekly list shows every clock, on paper too (${name})`, () => weekly(viewport))
    await step(`the daily reading is recorded and counted (${name})`, () => reading(viewport))
    await step(`the roster has no gap once every day has somebody (${name})`, () => roster(viewport))
    await step(`an office sets its reminders, mutes and bots (${name})`, () => reminders(viewport))
    await step(`an officer gives an address for reminders (${name})`, () => email(viewport))
  }
})
