// The main job in a real Chromium against the real binary: write, sign on a phone, publish, read as a reader, see the
// clock start anew. Every page passes axe on the way. Ends with "N passed, N failed".
import assert from 'node:assert/strict'
import { png } from './pictures.mjs'
import { regulation } from './program.mjs'
import { desktop, person, phone, sound, step, walk } from './screen.mjs'

const title = '潼南区政府网站和政务新媒体管理办法'
const notice = '关于开展消防演练的通知（演示）'
const mended = '关于开展冬季消防演练的通知（演示）'

const signers = [
  ['xinxi', '一审'],
  ['fenguan', '二审'],
  ['zhuyao', '三审'],
  ['xinxi', '一校'],
  ['keshi', '二校'],
  ['fenguan', '三校'],
]

let program
let browser

const signIn = (username, viewport) => person(browser, program.base, username, viewport)

async function idOf(page) {
  return page.url().match(/articles\/([0-9a-z]{16})/)[1]
}

let articleId

async function write() {
  const page = await signIn('xinxi', desktop)
  await page.goto(`${program.base}/articles`)
  await page.getByRole('heading', { name: '稿件', level: 1 }).waitFor()
  await sound(page, 'the list of articles')
  await page.goto(`${program.base}/articles/new`)
  await page.getByLabel('导入文件（Word、网页、文本）').setInputFiles(regulation)
  await page.getByText('第一章').first().waitFor()
  assert.equal(await page.getByLabel('标题', { exact: true }).inputValue(), title)
  assert.ok((await page.locator('.ProseMirror h2').count()) >= 3, 'the chapters are headings')

  // Pasted from Word: a list, a table with merged cells, and a picture that only exists on the writer's own disk.
  await page.locator('.ProseMirror').click()
  await page.keyboard.press('Control+End')
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.setData(
      'text/html',
      `<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><!--StartFragment-->
<p class=MsoNormal>附：更新周期<o:p></o:p></p>
<table border=1><tr><td colspan=2>更新周期表</td></tr><tr><td>订阅号</td><td>一周</td></tr></table>
<ul><li>列表一</li><li>列表二</li></ul><p><img src="file:///C:/Temp/clip_image001.png"></p><!--EndFragment--></body></html>`,
    )
    data.setData('text/plain', '附：更新周期')
    const editor = document.querySelector('.ProseMirror')
    editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  })
  await page.locator('.ProseMirror td[colspan="2"]', { hasText: '更新周期表' }).waitFor()
  await page.locator('.ProseMirror li', { hasText: '列表二' }).waitFor()

  const pictures = page.locator('.ProseMirror img[src^="/media/"]')
  await page.locator('.editor input[type=file][multiple]').setInputFiles([
    png('现场一.png', 640, 360, [180, 60, 60]),
    png('现场二.png', 640, 360, [60, 120, 60]),
  ])
  await pictures.nth(1).waitFor()
  await page.locator('.side input[type=file]').first().setInputFiles(png('封面.png', 900, 383, [40, 70, 160]))
  await page.locator('.side img[src^="/media/"]').waitFor()
  for (const account of ['清源镇发布（演示）', '清源镇便民服务（演示）', '清源镇发布（演示微博）', '示范区通客户端（演示）']) {
    const box = page.getByRole('checkbox', { name: account })
    await box.focus() // by keyboard, as it must work
    await page.keyboard.press('Space')
    assert.ok(await box.isChecked(), account)
  }
  await sound(page, 'the editor')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.waitForURL(/articles\/[0-9a-z]{16}/)
  articleId = await idOf(page)
  await page.getByRole('button', { name: '送审', exact: true }).click()
  await page.getByRole('dialog').getByText('送审前请确认').waitFor()
  await sound(page, 'the confirmation before the signing')
  const submitted = page.waitForResponse((response) => response.url().endsWith('/submit')) // going on at once would break it off
  await page.getByRole('button', { name: '确认送审' }).click()
  await submitted
  await page.goto(`${program.base}/articles/${articleId}`)
  await page.getByText('审签中').first().waitFor()
  await page.getByRole('tab', { name: '各渠道预览' }).click()
  await page.getByText('清源镇发布（演示微博）').first().waitFor()
  await sound(page, 'the previews')
  await page.context().close()
}

async function sign(username, stage, what = title) {
  const page = await signIn(username, phone)
  await page.getByText(what).first().waitFor()
  await sound(page, `the tasks of ${username}`)
  await page.getByText(what).first().click()
  await page.getByRole('heading', { name: what, level: 1 }).first().waitFor()
  await sound(page, `the article as ${username} reads it`)
  await page.getByRole('button', { name: '签署', exact: true }).click()
  await page.getByRole('dialog').getByText(`签署${stage}`).waitFor()
  await page.getByRole('dialog').getByRole('textbox').fill('同意')
  await page.getByRole('button', { name: '确认签署' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.context().close()
}

async function publish() {
  const page = await signIn('xinxi', desktop)
  await page.goto(`${program.base}/articles/${articleId}`)
  await page.getByRole('button', { name: /排期/ }).first().click()
  await page.getByText('立即发布', { exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: /发布/ }).last().click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.goto(`${program.base}/deliveries`)
  await page.getByText(title).first().waitFor()
  await sound(page, 'the list of deliveries')
  const session = await page.context().request
  let deliveries = []
  const deadline = Date.now() + 120_000
  while (Date.now() < deadline) {
    deliveries = (await (await session.get(`${program.base}/api/articles/${articleId}`)).json()).deliveries
    if (deliveries.length === 4 && deliveries.every((d) => d.state === 'published')) break
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  assert.deepEqual(
    deliveries.filter((d) => d.state !== 'published').map((d) => `${d.account_name} ${d.state} ${d.error_advice}`),
    [],
    'every delivery is published',
  )
  assert.equal(deliveries.length, 4)
  for (const delivery of deliveries) {
    await page.goto(`${program.base}/deliveries/${delivery.id}`)
    await page.getByText('已发出').first().waitFor()
    assert.ok(await page.getByRole('link', { name: delivery.public_url }).or(page.locator(`a[href="${delivery.public_url}"]`)).count())
    await sound(page, `the delivery to ${delivery.account_name}`)
    await read(delivery)
  }
  await page.context().close()
}

/** Opens the public address as a reader, on a phone: the title, and every picture really loaded. */
async function read(delivery) {
  const context = await browser.newContext({ viewport: phone, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto(delivery.public_url)
  await page.getByText(title).first().waitFor()
  const broken = await page.evaluate(async () => {
    const pictures = [...document.images].filter((image) => image.src)
    await Promise.all(pictures.map((image) => image.decode().catch(() => undefined)))
    return { all: pictures.length, broken: pictures.filter((image) => image.naturalWidth === 0).map((image) => image.src) }
  })
  assert.deepEqual(broken.broken, [], `pictures of ${delivery.public_url}`)
  assert.ok(broken.all > 0, `${delivery.public_url} shows pictures`)
  await context.close()
}

async function clocks(viewport) {
  const page = await signIn('xinxi', viewport)
  await page.goto(`${program.base}/accounts`)
  await page.getByText('清源镇发布（演示）').first().waitFor()
  await sound(page, 'the register')
  await page.getByText('清源镇发布（演示）').first().click()
  await page.getByText('潼南 2022 第21条（六）').first().waitFor()
  await page.getByText('正常').first().waitFor()
  await page.getByText(title).first().waitFor()
  await sound(page, 'the page of an account')
  await page.context().close()
}

async function dashboard(viewport) {
  const office = await signIn('guanli', viewport)
  await office.goto(`${program.base}/dashboard`)
  await office.getByText('示范区住建服务（演示）').first().waitFor()
  const text = await office.locator('main').innerText()
  const places = ['示范区住建服务（演示）', '示范区文旅（演示）', '示范区文旅（演示微博）'].map((name) => text.indexOf(name))
  assert.ok(places[0] >= 0 && places[0] < places[1] && places[1] < places[2], `stale first, the longest over before, then those due: ${places}`)
  assert.ok(text.includes('第21条（六）'), 'each red light cites its clause')
  await sound(office, 'the dashboard')
  for (const path of ['/rulebooks', '/rulebooks/tongnan-2022']) {
    await office.goto(program.base + path)
    await office.locator('main').getByText(/潼南/).locator('visible=true').first().waitFor()
    await sound(office, path)
  }
  await office.context().close()

  const other = await signIn('jiaotong', viewport)
  await other.goto(`${program.base}/accounts`)
  await other.getByText('云岭交通（演示微博）').first().waitFor()
  await other.getByText('无规则').first().waitFor()
  await other.context().close()
}

/** The board as the office uses it: a card, a rule and a unit narrow it, and what is listed goes out as a workbook. */
async function board(viewport) {
  const page = await signIn('guanli', viewport)
  await page.goto(`${program.base}/dashboard`)
  await page.getByRole('region', { name: '在用账号' }).getByRole('button', { name: /超期/ }).click()
  await page.waitForURL(/status=stale/)
  const list = page.getByRole('region', { name: '更新监测清单' })
  await list.getByText('示范区住建服务（演示）').waitFor()
  await list.getByText('示范区文旅（演示微博）').waitFor({ state: 'detached' })
  await sound(page, 'the late ones of the dashboard')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出表格' }).click()])
  assert.match(file.suggestedFilename(), /^watchlist-.*\.xlsx$/)

  await page.getByRole('button', { name: '清除筛选' }).click()
  await page.getByRole('row', { name: /微信服务号，上限/ }).getByRole('button', { name: '潼南 2022 第21条（六）' }).click()
  await page.waitForURL(/rule=account-wechat-service/)
  await list.getByText('示范区文旅（演示）').waitFor({ state: 'detached' })
  await list.getByText('清源镇便民服务（演示）').waitFor()
  await sound(page, 'the dashboard under one rule')

  await page.getByRole('button', { name: '清除筛选' }).click()
  await page.getByRole('button', { name: '示范区清源镇人民政府' }).click()
  await page.getByRole('navigation', { name: '单位层级' }).getByText('示范区清源镇人民政府').waitFor()
  await list.getByText('示范区住建服务（演示）').waitFor({ state: 'detached' })
  await sound(page, 'the dashboard of one unit')
  await page.getByRole('button', { name: '全部单位' }).click()
  await list.getByText('示范区住建服务（演示）').waitFor()
  await page.context().close()
}

/** The time of day in Beijing some hours ago, as a field for a time takes it. */
function beijing(hoursAgo) {
  return new Date(Date.now() + (8 - hoursAgo) * 3_600_000).toISOString().slice(0, 16)
}

/** A website gets columns, one of them an update by hand; it cannot be read for a while; a column is closed. */
async function site(viewport) {
  const page = await signIn('guanli', viewport)
  const { units } = await (await page.request.get(`${program.base}/api/session`)).json()
  const name = `示范区政府网站（演示 ${viewport.width}）`
  const made = await page.request.post(`${program.base}/api/accounts`, {
    data: { unit_id: units[0].id, platform: 'website', kind: 'website', name, mode: 'manual', state: 'in_use', in_use_at: Date.now() - 30 * 86_400_000 },
  })
  assert.ok(made.ok(), await made.text())
  await page.goto(`${program.base}/accounts/${(await made.json()).id}`)
  const dialog = page.getByRole('dialog')
  for (const [column, parent] of [['政务要闻', ''], ['乡镇动态', '政务要闻']]) {
    await page.getByRole('button', { name: '登记栏目', exact: true }).click()
    await dialog.getByLabel('栏目名称').fill(column)
    if (parent) {
      await dialog.getByRole('combobox', { name: '上级栏目' }).click()
      await page.getByRole('option', { name: parent }).click()
    }
    await sound(page, `the form of the column ${column}`)
    await dialog.getByRole('button', { name: '登记', exact: true }).click()
    await page.getByRole('link', { name: column }).waitFor()
  }
  await page.getByText('超期（空白栏目）').first().waitFor()

  await page.getByRole('button', { name: '登记更新：政务要闻' }).click()
  await dialog.getByLabel('标题').fill('区政府召开常务会议（演示）')
  await dialog.getByLabel('公开网址').fill('https://example.invalid/1')
  await dialog.getByRole('button', { name: '登记更新' }).click()
  await dialog.getByText('请填写完整的日期和时间。').waitFor()
  await dialog.getByLabel('发布时间').fill(beijing(1))
  await dialog.getByRole('button', { name: '登记更新' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('row', { name: /政务要闻/ }).getByText('正常').first().waitFor()
  await sound(page, 'a website with its columns')

  await page.getByRole('button', { name: '标为读不到' }).click()
  await dialog.getByRole('button', { name: '标为读不到' }).click()
  await dialog.getByText('请填写理由后再提交。').waitFor()
  await dialog.getByLabel('为什么读不到').fill('网站正在检修')
  await sound(page, 'the form for what cannot be read')
  await dialog.getByRole('button', { name: '标为读不到' }).click()
  await page.getByText(/起读不到：网站正在检修/).waitFor()
  await page.getByText('未知').first().waitFor()
  await page.getByRole('button', { name: '恢复读取' }).click()
  await page.getByRole('button', { name: '确定' }).click()
  await page.getByText(/起读不到/).waitFor({ state: 'detached' })

  await page.getByRole('link', { name: '乡镇动态' }).click()
  await page.getByRole('heading', { name: '乡镇动态', level: 1 }).waitFor()
  await page.getByRole('link', { name: '潼南 2022 第21条（五）' }).first().waitFor()
  await page.getByRole('link', { name: '政务要闻' }).waitFor()
  await sound(page, 'the page of a column')
  await page.getByRole('button', { name: '关闭栏目' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '关闭栏目' }).click()
  await page.getByText('栏目已关闭，不计更新时限。').waitFor()
  await page.context().close()
}

/** The pages that no job passes. */
async function asidePages(viewport) {
  const page = await signIn('xinxi', viewport)
  await page.goto(`${program.base}/password`)
  await page.getByLabel('原密码', { exact: true }).first().waitFor()
  await sound(page, 'the password page')
  await page.goto(`${program.base}/no/such/page`)
  await page.getByRole('heading', { name: '没有找到这个页面' }).first().waitFor()
  await sound(page, 'the page that is not there')
  await page.context().close()
}

async function signInPage() {
  for (const viewport of [desktop, phone]) {
    const context = await browser.newContext({ viewport, locale: 'zh-CN' })
    const page = await context.newPage()
    page.errors = []
    await page.goto(program.base)
    await page.getByLabel('用户名').fill('xinxi')
    await page.locator('input[type=password]').fill('wrong')
    await page.getByRole('button', { name: '登录' }).click()
    await page.getByRole('alert').first().waitFor()
    await sound(page, 'the sign-in page')
    await context.close()
  }
}

async function submit(page) {
  await page.getByRole('button', { name: '送审', exact: true }).click()
  await page.getByRole('button', { name: '确认送审' }).click()
  await page.waitForURL(/articles\/[0-9a-z]{16}$/)
  await page.getByText('审签中').first().waitFor()
}

let noticeId

async function edit() {
  const page = await signIn('xinxi', desktop)
  await page.goto(`${program.base}/articles/new`)
  await page.getByLabel('标题', { exact: true }).fill(notice)
  await page.locator('.ProseMirror').fill('本月二十五日上午在镇政府广场开展消防演练。')
  await page.getByRole('checkbox', { name: '示范区通客户端（演示）' }).focus()
  await page.keyboard.press('Space')
  await submit(page)
  noticeId = await idOf(page)
  await sign('xinxi', '一审', notice)

  await page.goto(`${program.base}/articles/${noticeId}/edit`)
  await page.getByRole('dialog').getByText('将作废已有 1 个签署').waitFor()
  await sound(page, 'the question before a signed article is edited')
  await page.getByRole('button', { name: '继续编辑' }).click()
  await page.getByRole('alert').getByText('将作废已有 1 个签署').waitFor()
  await page.getByLabel('标题', { exact: true }).fill(mended)
  await page.getByRole('button', { name: '保存', exact: true }).click()
  const said = page.getByText('已作废 1 个签署')
  await said.waitFor()
  const { y } = await said.boundingBox()
  assert.ok(y > 0 && y < desktop.height, `what the save did is said at ${y}, out of sight`)
  await sound(page, 'the editor after it voided a signature')
  await page.goto(`${program.base}/articles/${noticeId}`)
  await page.getByRole('heading', { name: mended, level: 1 }).waitFor()
  await page.getByText('草稿', { exact: true }).first().waitFor()
  await page.context().close()
}

async function sendBack() {
  const writer = await signIn('xinxi', desktop)
  await writer.goto(`${program.base}/articles/${noticeId}`)
  await submit(writer)
  await sign('xinxi', '一审', mended)

  const reader = await signIn('fenguan', phone)
  await reader.getByText(mended).first().click()
  await reader.getByRole('button', { name: '退回', exact: true }).click()
  await reader.getByRole('button', { name: '确认退回' }).click()
  await reader.getByText('请写明退回原因，作者才知道怎么改。').waitFor()
  await sound(reader, 'the refusal to send back without a reason')
  await reader.getByRole('dialog').getByRole('textbox').fill('请补充集合地点。')
  await reader.getByRole('button', { name: '确认退回' }).click()
  await reader.getByRole('dialog').waitFor({ state: 'hidden' })
  await reader.context().close()

  await writer.goto(`${program.base}/tasks`)
  await writer.getByRole('region', { name: '退回给我的' }).getByText(mended).click()
  await writer.getByText('请补充集合地点。').first().waitFor()
  await sound(writer, 'an article that was sent back')
  await writer.context().close()
}

await walk(async (itsProgram, itsBrowser) => {
  program = itsProgram
  browser = itsBrowser
  await step('a wrong password is refused with a sentence', signInPage)
  await step('the information officer imports, pastes, adds pictures and submits', write)
  for (const [username, stage] of signers) {
    await step(`${username} signs ${stage} on a phone`, () => sign(username, stage))
  }
  await step('it goes to four accounts, and readers see it with its pictures', publish)
  for (const [name, viewport] of [['desktop', desktop], ['phone', phone]]) {
    await step(`the pages aside are sound (${name})`, () => asidePages(viewport))
    await step(`the account's clock started anew (${name})`, () => clocks(viewport))
    await step(`the dashboard lists stale accounts first, each with its clause (${name})`, () => dashboard(viewport))
    await step(`the board is narrowed by card, rule and unit, and exported (${name})`, () => board(viewport))
    await step(`a website's columns have clocks of their own (${name})`, () => site(viewport))
  }
  await step('an edit after the first signature warns and voids', edit)
  await step('sending back needs a reason, and the writer reads it', sendBack)
})
