// The ways out and back in a real Chromium against the real binary: what a mass sending means and uses, an article moved in the plan,
// one corrected, one taken down, what an outage held back, the authorisation at the stand-in for Weibo, WeChat's callbacks, a change of an app's
// secret, and what is read from outside. Every page passes axe on the way. Ends with "N passed, N failed".
import assert from 'node:assert/strict'
import { accountsOf, delivered, publish, rewrite, signOn, signed, town } from './desk.mjs'
import { desktop, look, person, phone, sound, step, walk } from './screen.mjs'

const names = { wechat: '清源镇发布（演示）', weibo: '清源镇发布（演示微博）', app: '示范区通客户端（演示）' }
const titles = { mass: '防汛提示（群发）', taken: '错发的通知（撤下）', corrected: '停水通知（更正）', planned: '下周活动预告（日程）', held: '停机期间的通知（待决）' }

let program
let browser
let people
let accounts

const signIn = (username, viewport) => person(browser, program.base, username, viewport)
const unitId = () => accounts[names.wechat].unit_id

async function open(page, path, heading) {
  await page.goto(program.base + path)
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
}

/** The tab of an account on which its platform stands. */
async function openPlatform(page, name) {
  await open(page, `/accounts/${accounts[name].id}?tab=outside`, name)
  const panel = page.getByRole('region', { name: '平台状况' })
  await panel.waitFor()
  return panel
}

async function ready() {
  people = await town(program.base)
  accounts = await accountsOf(people.guanli)
}

/** The account is set to send to all, in the browser; an article waits until somebody decides. */
async function massSending() {
  const office = await signIn('guanli', desktop)
  const panel = await openPlatform(office, names.wechat)
  await panel.getByText('服务器地址（URL）').waitFor()
  await look(office, 'the interfaces of an account on WeChat')
  await panel.getByRole('button', { name: '改接口设置' }).click()
  const settings = office.getByRole('dialog', { name: /接口设置/ })
  await settings.getByText('群发，每次由人确认').click()
  await sound(office, 'how an account publishes')
  await settings.getByRole('button', { name: '保存' }).click()
  await panel.getByText('群发，每次由人确认').waitFor()
  await office.context().close()

  const id = await publish(people, unitId(), titles.mass, [accounts[names.wechat].id])
  const [delivery] = await delivered(people.xinxi, id, (one) => one.error_code === 'mass_undecided', 'it waits for a decision')
  const page = await signIn('xinxi', phone)
  await page.getByRole('link', { name: /待确认群发/ }).first().waitFor()
  await look(page, 'the tasks with a mass sending')
  await open(page, '/deliveries?queue=mass', '投递')
  await page.getByRole('link', { name: titles.mass }).waitFor()
  await look(page, 'the queue of mass sendings')
  await open(page, `/deliveries/${delivery.id}`, titles.mass)
  await page.getByText('还剩 1 次').first().waitFor()
  await look(page, 'a delivery that waits for a decision')
  await page.getByRole('button', { name: '决定群发' }).click()
  const dialog = page.getByRole('dialog', { name: /决定怎样发到/ })
  await dialog.getByText('群发给全部粉丝').click()
  await dialog.getByRole('button', { name: '确认群发' }).click()
  await dialog.getByText('请先勾选，确认已经核对。').waitFor()
  await sound(page, 'the decision about all followers')
  await dialog.getByText('我已核对标题、正文和配图').click()
  await dialog.getByRole('button', { name: '确认群发' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await delivered(people.xinxi, id, (one) => one.state === 'published', 'it was sent to all')
  await page.context().close()
}

/** An article is moved in the plan by its dialog and by dragging. */
async function planned() {
  const at = Date.now() + 26 * 3_600_000
  await publish(people, unitId(), titles.planned, [accounts[names.weibo].id], at)
  const page = await signIn('xinxi', desktop)
  const inBeijing = (instant) => new Date(instant + 8 * 3_600_000).toISOString()
  const show = async (instant) => {
    await open(page, `/plan?day=${inBeijing(instant).slice(0, 10)}`, '发布日程')
    await page.getByText(titles.planned).first().waitFor()
  }
  await show(at)
  await look(page, 'the plan')
  await page.getByRole('button', { name: `改期：${titles.planned}` }).click()
  const dialog = page.getByRole('dialog')
  const typed = inBeijing(at + 3_600_000).slice(0, 16)
  await dialog.locator('#move-at').fill(typed)
  await sound(page, 'moving an article')
  await dialog.getByRole('button', { name: '改期' }).click()
  await page.getByText(`已改到 ${typed.replace('T', ' ')}`).waitFor()
  await show(at + 3_600_000)
  const item = page.locator('[draggable=true]').filter({ hasText: titles.planned })
  const day = page.locator('ol.grid > li')
  const here = await day.evaluateAll((all, title) => all.findIndex((one) => one.textContent.includes(title)), titles.planned)
  const there = here + 1 < (await day.count()) ? here + 1 : here - 1
  await item.dragTo(day.nth(there))
  await page.getByText(/已改到/).last().waitFor()
  await page.context().close()
}

/**
 * A leader signs a correction and sees what changes for readers; WeChat lets nothing be edited, so a person deletes the article there,
 * publishes it anew and says where it stands.
 */
async function corrected() {
  const id = await publish(people, unitId(), titles.corrected, [accounts[names.wechat].id])
  await delivered(people.xinxi, id, (one) => one.state === 'published', 'it is out')
  await rewrite(people, id, `<p>${titles.corrected}。请转告邻居。</p>`)
  await signed(people, id, 1)
  const leader = await signIn('fenguan', phone)
  await open(leader, `/articles/${id}`, titles.corrected)
  await leader.getByRole('link', { name: '看改了哪里' }).click()
  await leader.getByText(`与读者现在看到的相比（${names.wechat}）`).waitFor()
  assert.match(await leader.locator('del').allInnerTexts().then((all) => all.join('')), /相互/)
  assert.match(await leader.locator('ins').allInnerTexts().then((all) => all.join('')), /邻居/)
  await look(leader, 'what a correction changes')
  await leader.context().close()
  await signOn(people, id, 1)

  const page = await signIn('xinxi', desktop)
  await open(page, `/articles/${id}`, titles.corrected)
  await page.getByRole('button', { name: '发布更正' }).click()
  const reason = page.getByRole('dialog', { name: '发布更正' })
  await reason.getByText(names.wechat).waitFor()
  await reason.getByLabel('更正的理由').fill('请谁转告写错了')
  await reason.getByRole('button', { name: '发布更正' }).click()
  await reason.waitFor({ state: 'hidden' })
  const all = await delivered(people.xinxi, id, (one) => one.action !== 'update' || one.error_code !== '', 'the correction waits for a person')
  await open(page, `/deliveries/${all.find((one) => one.action === 'update').id}`, titles.corrected)
  await page.getByRole('button', { name: '登记已更正' }).first().click()
  const report = page.getByRole('dialog', { name: '登记已更正' })
  await report.getByLabel('证据').fill('后台删除后重新发布')
  await report.getByLabel('新网址').fill('http://127.0.0.1/s/anew')
  await report.getByRole('button', { name: '登记已更正' }).click()
  await report.getByText(/本机或单位内网的地址/).waitFor()
  await sound(page, 'recording a correction')
  await report.getByLabel('新网址').fill('https://mp.weixin.qq.com/s/anew')
  await report.getByRole('button', { name: '登记已更正' }).click()
  await report.waitFor({ state: 'hidden' })
  await page.getByText('平台上的内容已经更正').first().waitFor()
  const { deliveries } = await people.xinxi('GET', `/api/articles/${id}`)
  assert.deepEqual(deliveries.map((one) => [one.state, one.public_url]), [['published', 'https://mp.weixin.qq.com/s/anew'], ['published', 'https://mp.weixin.qq.com/s/anew']])
  await page.context().close()
}

/** One article is taken down everywhere from a phone; its delivery's page shows its buttons once. */
async function takenDown() {
  const id = await publish(people, unitId(), titles.taken, [accounts[names.weibo].id, accounts[names.app].id])
  await delivered(people.xinxi, id, (one) => one.state === 'published', 'it is out')
  const page = await signIn('xinxi', phone)
  await open(page, `/articles/${id}`, titles.taken)
  await page.getByRole('button', { name: '撤下', exact: true }).first().click()
  const dialog = page.getByRole('dialog', { name: '撤下稿件' })
  await dialog.getByText('主管单位发现并通知').click()
  await dialog.getByLabel('理由').fill('发错了栏目')
  await sound(page, 'taking down an article')
  await dialog.getByRole('button', { name: '撤下' }).click()
  await page.getByRole('dialog', { name: '确认撤下' }).getByRole('button').last().click()
  await dialog.waitFor({ state: 'hidden' })
  const all = await delivered(people.xinxi, id, (one) => one.action !== 'retract' || one.state === 'retracted', 'it is gone')
  const retraction = all.find((one) => one.action === 'retract')
  await open(page, `/deliveries/${retraction.id}`, titles.taken)
  await page.getByText('全部撤下').first().waitFor()
  await look(page, 'a retraction')
  await page.context().close()
}

/** Goes to the stand-in for Weibo and comes back authorised. */
async function weibo() {
  const page = await signIn('guanli', desktop)
  const panel = await openPlatform(page, names.weibo)
  await look(page, 'an authorisation at Weibo')
  await panel.getByRole('button', { name: /去微博授权|重新授权/ }).click()
  await page.getByRole('heading', { name: /使用你的微博/ }).waitFor()
  await page.locator('form').filter({ hasText: names.weibo }).getByRole('button', { name: '授权' }).click()
  await page.waitForURL((url) => url.href.startsWith(program.base), { waitUntil: 'commit' })
  const again = await openPlatform(page, names.weibo)
  await again.getByText('已授权').first().waitFor()
  await look(page, 'an account that was authorised')
  await page.context().close()
}

/** WeChat's callback token and key are made, kept, and never shown again. */
async function callbacks() {
  const page = await signIn('guanli', phone)
  const panel = await openPlatform(page, names.wechat)
  await panel.getByRole('button', { name: '填写凭证' }).click()
  const dialog = page.getByRole('dialog', { name: /绑定凭证/ })
  await dialog.getByRole('button', { name: '绑定', exact: true }).click()
  await dialog.getByText('请至少填写一项').waitFor()
  await dialog.getByRole('button', { name: '生成令牌和密钥' }).click()
  const key = await dialog.locator('#credential-encoding_aes_key').inputValue()
  assert.match(key, /^[A-Za-z0-9]{43}$/)
  await sound(page, 'the secrets of an account on WeChat')
  await dialog.getByRole('button', { name: '绑定', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await panel.getByText('没有设置').waitFor({ state: 'detached' })
  assert.ok(!(await page.content()).includes(key), 'a stored secret is shown nowhere')
  await page.context().close()
}

/** A new secret is shown once; both count until the old one is ended. */
async function secret() {
  const page = await signIn('guanli', desktop)
  const panel = await openPlatform(page, names.app)
  await panel.getByText('已验证').waitFor()
  await panel.getByRole('button', { name: '发送测试' }).click()
  await panel.getByText('测试通过').waitFor()
  await panel.getByRole('button', { name: '更换密钥' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '更换密钥' }).click()
  const shown = page.getByRole('dialog', { name: /新密钥/ })
  const value = await shown.locator('code').first().innerText()
  assert.match(value, /^whsec_/)
  await sound(page, 'a new secret, shown once')
  await shown.getByRole('button', { name: '关闭' }).last().click()
  await shown.getByText('请先复制并勾选').waitFor()
  await shown.getByText('我已复制并妥善保存').click()
  await shown.getByRole('button', { name: '关闭' }).last().click()
  await shown.waitFor({ state: 'hidden' })
  await panel.getByText('新旧两个密钥都有效').waitFor()
  await panel.getByText('已验证').waitFor() // tested at once, with both
  assert.ok(!(await page.content()).includes(value), 'the secret is shown no more')
  await look(page, 'an app with two secrets')
  await panel.getByRole('button', { name: '停用旧密钥' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用旧密钥' }).click()
  await panel.getByText('一个密钥有效').waitFor()
  await panel.getByText('没有接受测试消息（HTTP 401）').waitFor() // tested at once: the app was never given the new one
  await panel.getByText('未验证').waitFor()
  await page.context().close()
}

/** Sources, doubtful dates, and a sheet of posts that is looked at before it is brought in. */
async function outside() {
  const page = await signIn('xinxi', phone)
  await open(page, '/sources', '观察来源')
  await look(page, 'the sources')
  await page.getByRole('button', { name: '导入更新表格' }).click()
  const dialog = page.getByRole('dialog', { name: '导入更新表格' })
  const csv = `账号,标题,网址,发布时间\n${names.app},巡查看到的一篇,https://m.example.gov.cn/a/1,2026-11-20 09:00\n没有这个账号,另一篇,https://m.example.gov.cn/a/2,2026-11-20 09:00\n`
  await dialog.locator('input[type=file]').setInputFiles({ name: '更新.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  await dialog.getByRole('button', { name: '预览' }).click()
  await dialog.getByText('可以导入 1 条，已有 0 条，不能导入 1 条').waitFor()
  await sound(page, 'a sheet of posts before it is brought in')
  await dialog.getByRole('button', { name: '导入 1 条' }).click()
  await dialog.getByText('已导入 1 条').first().waitFor()
  await dialog.getByRole('button', { name: '关闭' }).last().click()
  await open(page, '/post-questions', '日期待核实')
  await look(page, 'the doubtful dates')
  await page.context().close()
}

/** The program was down when an article was due: it waits for somebody's word. */
async function outage() {
  await publish(people, unitId(), titles.held, [accounts[names.weibo].id], Date.now() + 10 * 60_000)
  await program.ahead(120)
  const page = await signIn('xinxi', desktop)
  await page.getByText(/停机期间有 \d+ 篇未发/).first().waitFor()
  await look(page, 'the tasks after an outage')
  await open(page, '/held-deliveries', '停机期间未发')
  const row = page.getByRole('row').filter({ hasText: titles.held })
  await row.waitFor()
  await look(page, 'what an outage held back')
  await row.getByRole('button', { name: '作废' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '作废' }).click()
  await row.waitFor({ state: 'detached' })
  await page.context().close()
}

await walk(async (itsProgram, itsBrowser) => {
  program = itsProgram
  browser = itsBrowser
  await ready()
  await step('a correction is signed with its changes beside, published anew by hand, and has its new address', corrected)
  await step('nothing goes to all followers before somebody has said so, and knows what it uses', massSending)
  await step('an article is moved in the plan, by its dialog and by dragging', planned)
  await step('an article is taken down everywhere, from a phone', takenDown)
  await step('an account is authorised at Weibo', weibo)
  await step("WeChat's callbacks are set up, and no secret is shown again", callbacks)
  await step("an app's secret is changed, both valid in between", secret)
  await step('what people saw outside is brought in from a sheet', outside)
  await step('what an outage held back is decided about', outage)
})
