// The rules in a real Chromium against the real binary: an office reads its regulation, holds to a stricter figure from
// today on, sees before what that does and after that it was done, and enters a year of working days from the notice.
// Every page passes axe on the way. Ends with "N passed, N failed".
import assert from 'node:assert/strict'
import { desktop, person, phone, sound, step, walk } from './screen.mjs'

const rulebook = '潼南区政府网站和政务新媒体管理办法'
const account = '清源镇发布（演示微博）'
const accountsRule = '#update_limits\\.account-default'

/** The notice of 2027 in the official form; its dates are made up. */
const notice = `国务院办公厅关于2027年
部分节假日安排的通知
国办发明电〔2026〕99号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
\u3000\u3000经国务院批准，现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
\u3000\u3000一、元旦：1月1日（周五）至3日（周日）放假，共3天。
\u3000\u3000二、春节：2月5日（农历除夕、周五）至13日（农历正月初八、周六）放假调休，共9天。2月14日（周日）、2月20日（周六）上班。
\u3000\u3000三、清明节：4月3日（周六）至5日（周一）放假，共3天。
\u3000\u3000四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
\u3000\u3000五、端午节：6月9日（周三）放假1天，不调休。
\u3000\u3000六、中秋节：9月15日（周三）放假1天，不调休。
\u3000\u3000七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
\u3000\u3000节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000国务院办公厅
\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u30002026年11月10日
`

let program
let browser

const signIn = (username, viewport) => person(browser, program.base, username, viewport)

async function open(page, path, heading) {
  await page.goto(program.base + path)
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
}

/** The regulation as the software understands it, its contents, its search, what is not confirmed. */
async function read(viewport) {
  const page = await signIn('guanli', viewport)
  await open(page, '/rulebooks', '规则库')
  await page.getByRole('heading', { name: '示范区人民政府办公室适用的规则库' }).waitFor()
  await sound(page, 'the list of rulebooks')
  await page.getByRole('link', { name: '潼南 2022' }).first().click()
  await page.getByRole('heading', { name: rulebook, level: 1 }).waitFor()
  await page.locator(accountsRule).getByText('1周', { exact: true }).waitFor()
  await sound(page, 'the rulebook')
  await page.getByRole('navigation', { name: '本页内容' }).getByRole('link', { name: '公告', exact: true }).click()
  await page.waitForURL(/#public_notices$/)
  await page.getByRole('textbox', { name: '在本规则库里查找' }).fill('公告 15个工作日')
  await page.getByText(/找到 \d+ 处/).waitFor()
  assert.equal(await page.locator(accountsRule).count(), 0, 'the search leaves only what was asked for')
  await page.getByText('变更、关停、注销均须向社会公告').waitFor()

  await open(page, '/rulebooks/national-2019', '政府网站与政务新媒体检查指标')
  await page.getByText('未经核实，不作判定').first().waitFor()
  await page.getByText('转载来源，引用前请核对').first().waitFor()
  await page.locator('#score_card').getByText('总分 100 分，另有加分 30 分').waitFor()
  await sound(page, 'the national check')
  await page.context().close()
}

/** A figure that may be changed has its button, and every one of them has a place on the page. */
async function everyFigure() {
  const page = await signIn('guanli', desktop)
  const answer = await page.request.get(`${program.base}/api/rulebooks/tongnan-2022`)
  const { figures } = await answer.json()
  const changeable = figures.filter((figure) => figure.changeable).length
  assert.ok(changeable > 10, `${changeable} figures may be changed`)
  await open(page, '/rulebooks/tongnan-2022', rulebook)
  await page.locator(accountsRule).waitFor()
  assert.equal(await page.getByRole('button', { name: /：本单位从严$/ }).count(), changeable)
  await page.context().close()
}

/** Who may only read sees the same and no button. */
async function readOnly() {
  const page = await signIn('xinxi', desktop)
  await open(page, '/rulebooks/tongnan-2022', rulebook)
  await page.locator(accountsRule).waitFor()
  assert.equal(await page.getByRole('button', { name: /本单位从严|改用另一读法/ }).count(), 0)
  await open(page, '/calendar', '工作日历')
  await page.getByRole('heading', { name: '2026 年' }).waitFor()
  assert.equal(await page.getByRole('button', { name: '录入一年' }).count(), 0)
  await page.context().close()
}

async function stricter() {
  const page = await signIn('guanli', desktop)
  await open(page, '/rulebooks/tongnan-2022', rulebook)
  await page.locator(accountsRule).getByRole('button', { name: /本单位从严/ }).click()
  const dialog = page.getByRole('dialog', { name: '本单位从严' })
  await dialog.getByLabel('数字').fill('9')
  await dialog.getByRole('button', { name: '查看影响' }).click()
  await dialog.getByText('请写明理由').waitFor()
  await sound(page, 'a choice without a reason')
  await dialog.getByLabel('理由').fill('区里要求每五天至少更新一次')
  await choosePeriod(page, dialog, '日')
  await dialog.getByRole('button', { name: '查看影响' }).click()
  await dialog.getByText(/本单位只能改得更短/).waitFor()
  assert.equal(await dialog.getByLabel('理由').inputValue(), '区里要求每五天至少更新一次', 'a refusal takes nothing away')
  await dialog.getByLabel('数字').fill('5')
  await dialog.getByRole('button', { name: '查看影响' }).click()
  await dialog.getByText(/个账号或栏目将转为超期/).waitFor()
  await dialog.getByText(account).waitFor()
  await sound(page, 'what a choice would do')
  await dialog.getByRole('button', { name: '确认' }).click()
  await page.getByText('已保存，正在按新的规则重新判定账号。').waitFor()
  await page.locator(accountsRule).getByText(/从严，规定为1周/).waitFor()
  await page.locator('#choices').getByText('不超过5日').waitFor()
  await sound(page, 'the rulebook with a choice')
  await page.context().close()
}

/** Opens the list of units as the keyboard does. */
async function choosePeriod(page, dialog, unit) {
  await dialog.getByRole('combobox', { name: '单位' }).press('Enter')
  await page.getByRole('option', { name: unit, exact: true }).click()
}

async function turnedStale() {
  const page = await signIn('guanli', phone)
  await page.goto(`${program.base}/accounts?q=${encodeURIComponent(account)}`)
  const row = page.getByRole('row').filter({ hasText: account })
  for (let tries = 0; tries < 60; tries++) {
    await row.waitFor()
    if ((await row.getByText('超期').count()) > 0) break
    await page.waitForTimeout(500)
    await page.reload()
  }
  await row.getByText('超期').first().waitFor()
  await row.getByText(/第21条（六）/).waitFor()
  await page.context().close()
}

/** Another reading in words of one's own from tomorrow on, and its withdrawal, on a phone. */
async function reading() {
  const page = await signIn('guanli', phone)
  await open(page, '/rulebooks/tongnan-2022', rulebook)
  await page.getByRole('button', { name: /^公告在执行之前还是之后/ }).click()
  const dialog = page.getByRole('dialog', { name: '改用另一读法' })
  await dialog.getByLabel('本单位的读法').fill('公告期内可以准备，期满再执行')
  await dialog.getByLabel('理由').fill('与区里的做法一致')
  const tomorrow = await page.evaluate(() => new Date(Date.now() + 32 * 3_600_000).toISOString().slice(0, 10))
  await dialog.getByLabel('从哪一天起').fill(tomorrow)
  await sound(page, 'another reading on a phone')
  await dialog.getByRole('button', { name: '查看影响' }).click()
  await dialog.getByText(/没有哪个的截止时间会变/).waitFor()
  await dialog.getByRole('button', { name: '确认' }).click()
  await page.getByText(`已保存，到 ${tomorrow} 生效`).first().waitFor()

  await open(page, '/rulebooks/choices', '本地选择')
  const row = page.getByRole('row').filter({ hasText: '公告在执行之前还是之后' })
  await row.getByText('未到生效日').waitFor()
  await sound(page, 'the list of choices on a phone')
  await row.getByRole('button', { name: /撤回/ }).click()
  const ending = page.getByRole('dialog', { name: '撤回这项选择' })
  await ending.getByLabel('理由').fill('暂不改')
  await ending.getByRole('button', { name: '撤回' }).click()
  await row.getByText('已撤回').waitFor()
  await page.context().close()
}

async function layer() {
  const page = await signIn('guanli', desktop)
  await open(page, '/rulebooks', '规则库')
  await page.getByRole('button', { name: '换用或增加' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('叠加适用', { exact: true }).click()
  await dialog.getByRole('combobox', { name: '规则库' }).press('Enter')
  await page.getByRole('option', { name: /湘西 2018/ }).click()
  await dialog.getByLabel('理由').fill('参照执行')
  await sound(page, 'adding a rulebook')
  await dialog.getByRole('button', { name: '查看影响' }).click()
  await dialog.getByRole('button', { name: '确认' }).click()
  await page.getByText('已保存，正在按新的规则重新判定账号。').waitFor()
  const row = page.getByRole('row').filter({ hasText: '参照执行' })
  await row.getByText('生效中').waitFor()
  await row.getByRole('button', { name: /结束适用/ }).click()
  const ending = page.getByRole('dialog', { name: '结束适用《湘西 2018》' })
  await ending.getByLabel('理由').fill('不再参照')
  await sound(page, 'ending the use of a rulebook')
  await ending.getByRole('button', { name: '查看影响' }).click()
  await ending.getByText('结束适用《湘西 2018》，自').waitFor()
  await ending.getByText(/看过 \d+ 个在用的账号和栏目/).waitFor()
  await sound(page, 'what the end of a rulebook would do')
  await ending.getByRole('button', { name: '结束适用' }).click()
  await row.getByText(/已结束|已撤回/).waitFor()
  await page.context().close()
}

async function year() {
  const page = await signIn('guanli', desktop)
  await open(page, '/calendar', '工作日历')
  await page.getByText('2027 年的安排还没有录入').waitFor()
  await sound(page, 'the calendar')
  await page.getByRole('button', { name: '录入一年' }).click()
  await page.getByRole('heading', { name: '录入放假安排', level: 1 }).waitFor()
  await page.getByLabel('通知全文').fill(notice.replace('共9天', '共8天'))
  await page.getByRole('button', { name: '读取通知' }).click()
  await page.getByText(/“春节”写明共 8 天，按所写日期数出 9 天/).first().waitFor()
  await sound(page, 'a notice that contradicts itself')
  await page.getByLabel('通知全文').fill(notice)
  await page.getByRole('button', { name: '读取通知' }).click()
  await page.getByText(/读出 2027 年的 7 段放假、5 天补班/).waitFor()
  const total = page.getByLabel('公布的全年工作日数')
  await total.fill('247')
  await page.getByText('按表格数出 248 个工作日，与填写的 247 个不符').waitFor()

  // A page that was left keeps what was typed.
  await page.waitForTimeout(1_200)
  await page.reload().catch(() => undefined)
  await page.getByRole('button', { name: '恢复' }).click()
  assert.equal(await total.inputValue(), '247')
  await total.fill('248')
  await page.getByText('按表格数出 248 个工作日，与公布的天数一致').waitFor()
  await sound(page, 'the form of a year')
  await page.getByRole('button', { name: '查看影响' }).click()
  const dialog = page.getByRole('dialog', { name: '确认 2027 年的放假安排' })
  await dialog.getByText('全年 248 个工作日').waitFor()
  await sound(page, 'what a year would change')
  await dialog.getByRole('button', { name: '确认保存' }).click()
  await page.getByRole('heading', { name: '2027 年', exact: true }).waitFor()
  await page.getByText(/管小理 于 .* 录入/).waitFor()
  assert.equal(await page.getByText('2027 年的安排还没有录入').count(), 0)
  await sound(page, 'the year that was entered')
  await page.context().close()
}

async function correction() {
  const page = await signIn('guanli', phone)
  await open(page, '/calendar?year=2027', '工作日历')
  await page.getByRole('button', { name: '更正这一年' }).click()
  await page.getByRole('heading', { name: '更正 2027 年的放假安排', level: 1 }).waitFor()
  const last = page.getByRole('group', { name: '第 7 段' }).getByLabel('最后一天')
  await last.fill('2027-10-08')
  await page.getByText('按表格数出 247 个工作日，与填写的 248 个不符').waitFor()
  await page.getByLabel('公布的全年工作日数').fill('247')
  await sound(page, 'the correction of a year on a phone')
  await page.getByRole('button', { name: '查看影响' }).click()
  const dialog = page.getByRole('dialog', { name: '确认 2027 年的放假安排' })
  await dialog.getByText('2027-10-08 改为休息').waitFor()
  await dialog.getByRole('button', { name: '确认保存' }).click()
  await page.getByText('247 天').first().waitFor()
  await sound(page, 'the calendar on a phone')
  await page.context().close()
}

await walk(async (itsProgram, itsBrowser) => {
  program = itsProgram
  browser = itsBrowser
  for (const [name, viewport] of [['desktop', desktop], ['phone', phone]]) {
    await step(`an office reads its regulation and the national check (${name})`, () => read(viewport))
  }
  await step('every figure that may be stricter has its button', everyFigure)
  await step('who may only read sees no button', readOnly)
  await step('the weekly limit becomes five days, after a look at what that does', stricter)
  await step('the account turns stale', turnedStale)
  await step('a reading in words is chosen for tomorrow, and withdrawn', reading)
  await step('a layered rulebook is added and ended', layer)
  await step('the year 2027 is entered from its notice', year)
  await step('the year is corrected on a phone', correction)
})
