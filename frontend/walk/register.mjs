// The register and its approvals in a real Chromium against the real binary: an account is opened from the unit's consent to
// its use, one is renamed, one is shut through the closing wizard to the page that says where to go. Wrong turns are refused
// with their sentences, a notice stands its fifteen working days on the program's own clock, and a reader without a sign-in
// finds, checks and reads it all. Every page passes axe on the way. Ends with "N passed, N failed".
import assert from 'node:assert/strict'
import { desktop, look, person, phone, sound, step, walk } from './screen.mjs'

const opened = '清源镇抖音（演示）'
const douyin = 'https://www.douyin.com/user/MS4wLjABAAAAyanshi-1'
const renamed = { from: '清源镇视频号（演示）', to: '清源镇之窗（演示视频号）' }
const shut = '清源镇便民服务（演示）'
const goneTo = '清源镇发布（演示）'
const clause9 = /潼南 2022 第9条/
const scan = { name: '批复扫描件.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n') }

let program
let browser
/** Addresses of the applications and notices, as the walk makes them. */
const made = {}

const hour = 3_600_000
/** A day in Beijing, so many days from now. */
const day = (days = 0) => new Date(Date.now() + 8 * hour + days * 24 * hour).toISOString().slice(0, 10)

const signIn = (username, viewport = desktop) => person(browser, program.base, username, viewport)

async function open(page, path, heading) {
  await page.goto(program.base + path)
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
}

/** Somebody signs in, does something and leaves. */
async function as(username, work, viewport = desktop) {
  const page = await signIn(username, viewport)
  await work(page)
  await page.context().close()
}

async function attach(scope, label) {
  const files = scope.getByRole('group', { name: label, exact: true }).last()
  await files.locator('input[type=file]').setInputFiles(scan)
  await files.getByRole('link', { name: scan.name }).waitFor()
}

/** The step that waits for the person who looks at the application. */
const stepOf = (page, title) => page.getByRole('region', { name: title })

async function doStep(page, application, title, button, fill = async () => undefined) {
  await page.goto(program.base + application)
  const form = stepOf(page, title)
  await fill(form)
  await form.getByRole('button', { name: button, exact: true }).click()
  await page.getByText('已办理', { exact: true }).first().waitFor()
}

/** Begins an application and gives the page of it. */
async function begin(page, process, account) {
  await open(page, '/applications/new', '新建申请')
  await page.getByRole('radiogroup', { name: '新媒体账号' }).getByText(process, { exact: true }).click()
  if (account) {
    await page.getByRole('combobox', { name: '哪个新媒体账号' }).click()
    await page.getByRole('option', { name: account, exact: true }).click()
  }
  await page.getByRole('button', { name: '填写申请' }).click()
}

const address = async (page) => {
  await page.waitForURL(/\/applications\/[0-9a-z]{16}$/)
  return new URL(page.url()).pathname
}

/** A notice that stands over the turn of the year needs the next one's working days. The days off are made up. */
async function calendar() {
  const year = Number(day().slice(0, 4)) + 1
  await as('guanli', async (page) => {
    const { items } = await (await page.request.get(`${program.base}/api/calendar`)).json()
    if (items.some((one) => one.year === year)) return
    const off = { 元旦: '01-01', 春节: '02-08', 清明节: '04-05', 劳动节: '05-01', 端午节: '06-09', 中秋节: '09-15', 国庆节: '10-01' }
    const rest = Object.entries(off).map(([name, date]) => ({ name, from: `${year}-${date}`, to: `${year}-${date}` }))
    const free = new Set(rest.map(({ from }) => from))
    let total = 0
    for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 24 * hour) {
      const date = new Date(at)
      if (date.getUTCDay() % 6 !== 0 && !free.has(date.toISOString().slice(0, 10))) total++
    }
    const data = { version: 0, announced: day(), rest, work: [], workdays_total: total }
    const answer = await page.request.put(`${program.base}/api/calendar/${year}`, { data })
    assert.equal(answer.status(), 200, await answer.text())
  })
}

/** A unit pastes the address of what it wants to open, is told what is missing, and gets the consent of its head. */
async function applied() {
  await as('xinxi', async (page) => {
    await begin(page, '开设')
    await page.getByLabel('粘贴账号的网址或标识').fill(`【${opened}】 ${douyin}?from=share`)
    await page.getByRole('button', { name: '识别', exact: true }).click()
    await page.getByText('抖音号').first().waitFor()
    await look(page, 'what an address says')
    await page.getByRole('button', { name: '继续登记' }).click()
    made.opening = await address(page)
    await page.getByText('请上传书面申请。').first().waitFor()
    await page.getByRole('textbox', { name: '账号名称', exact: true }).fill(opened)
    await page.getByRole('textbox', { name: '理由', exact: true }).fill('群众反映希望在抖音上看到办事指南。')
    await attach(stepOf(page, '申请内容'), '附件')
    await page.getByRole('button', { name: '保存草稿' }).click()
    await page.getByText('已保存', { exact: true }).waitFor()
    await look(page, 'an application to open an account')
  })
  await as('zhuyao', (page) => doStep(page, made.opening, /本单位主要负责人/, '同意'))
  await as('xinxi', (page) => doStep(page, made.opening, /现在请办/, '提交申请'))
}

/** The office sends it up, and writes down what the provincial office answered: without its number nothing is written. */
async function approved() {
  await as('guanli', async (page) => {
    await doStep(page, made.opening, /区政府办公室/, '上报')
    await page.reload()
    const form = stepOf(page, /市政府办公厅/)
    await form.getByRole('button', { name: '批准', exact: true }).click()
    await form.getByText('请填写这一项。').waitFor()
    await look(page, 'an approval without its number')
    await form.getByLabel('文号或编号').fill('演示办函〔2026〕1 号')
    await attach(form, '附件')
    await form.getByRole('button', { name: '批准', exact: true }).click()
    await page.getByText('已办理', { exact: true }).waitFor()
  })
}

/** An account that was there before its approval is refused, with the sentence; one that was registered after it is put into use. */
async function inUse() {
  await as('xinxi', async (page) => {
    await page.goto(program.base + made.opening)
    await page.getByRole('button', { name: /^去填写：请填写账号在平台的注册日期/ }).click()
    await page.getByLabel('平台注册日期', { exact: true }).fill(day(-1))
    await page.getByRole('textbox', { name: '认证信息', exact: true }).fill('示范区清源镇人民政府官方账号')
    await certify(page)
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await page.getByText('已保存', { exact: true }).waitFor()
    const use = stepOf(page, /开设并实名认证/)
    await use.getByRole('button', { name: '启用', exact: true }).click()
    await use.getByRole('alert').filter({ hasText: '属于先开后报，不能启用' }).filter({ hasText: '潼南 2022' }).waitFor()
    await look(page, 'an account that was opened before its approval')
    await page.getByLabel('平台注册日期', { exact: true }).fill(day())
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await page.getByText('要求的内容都齐了').waitFor()
    await use.getByRole('button', { name: '启用', exact: true }).click()
    await page.getByText('已办结', { exact: true }).first().waitFor()
    await page.getByRole('link', { name: opened }).first().click()
    await page.getByRole('heading', { name: opened, level: 1 }).waitFor()
    await page.getByText('在用', { exact: true }).first().waitFor()
    await look(page, 'the account in use')
  })
}

async function certify(page) {
  const choice = page.locator('.el-form-item').filter({ hasText: '是否实名认证' })
  await choice.getByText('是', { exact: true }).last().click()
}

/** Consent, filing and receipt of a change and of an end, which 潼南 9 treats alike. */
async function filed() {
  await as('xinxi', async (page) => {
    await begin(page, '变更', renamed.from)
    made.change = await address(page)
    await page.getByRole('textbox', { name: '账号名称', exact: true }).fill(renamed.to)
    await page.getByRole('textbox', { name: '理由', exact: true }).fill('与公众号的栏目统一名称')
    await page.getByRole('button', { name: '保存草稿' }).click()
    await page.getByText('已保存', { exact: true }).waitFor()
    await look(page, 'a change of name')
    await begin(page, '关停', shut)
    made.end = await address(page)
    await page.getByRole('textbox', { name: '理由', exact: true }).fill('与主号整合')
    await page.getByRole('button', { name: '保存草稿' }).click()
    await page.getByText('已保存', { exact: true }).waitFor()
  })
  await as('zhuyao', async (page) => {
    for (const application of [made.change, made.end]) await doStep(page, application, /集体研究或主要领导/, '同意')
  })
  await as('xinxi', async (page) => {
    for (const application of [made.change, made.end]) await doStep(page, application, /现在请办/, '报送')
    await look(page, 'a filing that waits for the office')
  })
  await as('guanli', async (page) => {
    for (const application of [made.change, made.end]) {
      await doStep(page, application, /现在请办/, '登记收到', (form) => form.getByLabel('文号或编号').fill('示范收〔2026〕7 号'))
    }
  })
}

/** Drafts the notice of an application from its page, and fills in what only people know. */
async function draft(page, application) {
  await page.goto(program.base + application)
  await page.getByRole('link', { name: '起草公告' }).click()
  await page.getByRole('heading', { name: '起草公告', level: 1 }).waitFor()
  await page.getByText(clause9).first().waitFor()
  if (application === made.end) await look(page, 'the drafting of a notice')
  await page.getByRole('button', { name: '起草', exact: true }).click()
  await page.waitForURL(/\/public-notices\/[0-9a-z]{16}$/)
  return new URL(page.url()).pathname
}

async function drafted() {
  await as('xinxi', async (page) => {
    made.changeNotice = await draft(page, made.change)
    await page.getByText(`名称变更为“${renamed.to}”`).waitFor()
    await look(page, 'a drafted notice')
    made.endNotice = await draft(page, made.end)
    await page.getByText(/还有 \d+ 处“＿＿＿＿”没有填写/).waitFor()
    assert.equal(await page.getByRole('button', { name: '签发', exact: true }).count(), 0, 'an officer does not sign')
    await page.getByRole('link', { name: '修改公告' }).or(page.getByRole('button', { name: '修改公告' })).click()
    const text = page.getByLabel('正文', { exact: true })
    await text.fill((await text.inputValue()).replace(/＿{2,}/g, goneTo))
    await look(page, 'the editing of a notice')
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await page.getByText(`此后请关注：${goneTo}`).waitFor()
  })
  await as('zhuyao', async (page) => {
    for (const notice of [made.changeNotice, made.endNotice]) {
      await page.goto(program.base + notice)
      await page.getByRole('button', { name: '签发', exact: true }).click()
      const question = page.getByRole('dialog', { name: '签发公告' })
      await question.getByRole('button', { name: '签发', exact: true }).click()
      await page.getByText(/主小要（主要负责人）于/).waitFor()
    }
  }, phone)
}

/** A last day that is too early is refused and the earliest is named; before its time a notice cannot be taken down. */
async function published() {
  await as('xinxi', async (page) => {
    for (const notice of [made.changeNotice, made.endNotice]) {
      await page.goto(program.base + notice)
      await page.getByRole('button', { name: '发布', exact: true }).click()
      const dialog = page.getByRole('dialog', { name: '发布公告' })
      await dialog.getByText(/规定公告15个工作日，现在起算最早的结束日是/).waitFor()
      if (notice === made.changeNotice) {
        await dialog.getByLabel('结束日').fill(day(3))
        await dialog.getByRole('button', { name: '发布', exact: true }).click()
        await dialog.getByText(/最早/).nth(1).waitFor()
        await look(page, 'a last day that is too early')
        await dialog.getByLabel('结束日').fill('')
      }
      await dialog.getByRole('button', { name: '发布', exact: true }).click()
      await dialog.waitFor({ state: 'hidden' })
      await page.getByText('公告中', { exact: true }).waitFor()
    }
    await page.getByText(/还不能撤下：依据.*公告须留到/).waitFor()
    assert.ok(await page.getByRole('button', { name: '撤下', exact: true }).isDisabled(), 'a notice is not taken down before its time')
    await page.getByRole('button', { name: '登记位置' }).click()
    const places = page.getByRole('dialog', { name: '登记公告位置' })
    await places.getByLabel('位置名称').fill('镇政务公开栏')
    await places.getByLabel('网址').fill('http://10.0.0.1/gonggao')
    await places.getByRole('button', { name: '登记位置' }).click()
    await places.getByText(/只接受公网域名的地址/).first().waitFor()
    assert.equal(await places.getByLabel('位置名称').inputValue(), '镇政务公开栏', 'a refused form keeps what was typed')
    await look(page, 'a place that cannot be looked at')
    await places.getByLabel('网址').fill('https://www.example.gov.cn/gonggao/1')
    await places.getByRole('button', { name: '登记位置' }).click()
    await places.waitFor({ state: 'hidden' })
    await page.getByRole('row').filter({ hasText: '镇政务公开栏' }).waitFor()
    await look(page, 'a notice that stands')
    for (const application of [made.change, made.end]) await doStep(page, application, /现在请办/, '登记已公告')
    await open(page, `/public-notices?q=${encodeURIComponent('便民服务')}`, '公告')
    await page.getByRole('row').filter({ hasText: shut }).getByText('公告中').waitFor()
    assert.equal(await page.getByRole('row').filter({ hasText: renamed.from }).count(), 0, 'the search narrows the list')
    await look(page, 'the list of notices')
  })
}

/** Everything else is there, but the notice has not stood its time: it is not shut, and not renamed. */
async function notYet() {
  await as('xinxi', async (page) => {
    await page.goto(program.base + made.end)
    const wizard = page.getByRole('region', { name: '关停进度' })
    await wizard.getByLabel('归档日期').fill(day())
    await wizard.getByLabel('归档存放在哪里').fill('区档案馆，镇政府存一份')
    await attach(wizard, '平台的注销证明')
    await wizard.getByLabel('关停后公众去哪里').fill(goneTo)
    await wizard.getByRole('button', { name: '保存登记' }).click()
    await page.getByText('已保存', { exact: true }).waitFor()
    await wizard.getByText(/公告还差 \d+ 天期满/).waitFor()
    const act = stepOf(page, /现在请办/)
    await act.getByRole('button', { name: '登记已关停' }).click()
    await act.getByRole('alert').filter({ hasText: /公告须留到 .*才能办结/ }).filter({ hasText: clause9 }).waitFor()
    await page.getByText(/还没有关停/).waitFor()
    await look(page, 'the closing wizard before the notice has stood its time')
  })
  await as('xinxi', async (page) => {
    await page.goto(program.base + made.end)
    await page.getByRole('region', { name: '关停进度' }).waitFor()
    await look(page, 'the closing wizard on a phone')
  }, phone)
}

/** The clock of the program goes to the moment from which on the notices may end. */
async function fifteenWorkingDays() {
  let until = 0
  await as('xinxi', async (page) => {
    const answers = await Promise.all([made.changeNotice, made.endNotice].map((notice) => page.request.get(`${program.base}/api/notices/${notice.split('/').at(-1)}`)))
    until = Math.max(...(await Promise.all(answers.map(async (answer) => (await answer.json()).until_at))))
  })
  assert.ok(until > Date.now() + 15 * 24 * hour, 'fifteen working days are more than fifteen days')
  await program.ahead(Math.ceil((until - Date.now()) / 60_000) + 1)
}

async function carriedOut() {
  await as('xinxi', async (page) => {
    await doStep(page, made.change, /现在请办/, '办理')
    await page.getByText('已办结', { exact: true }).first().waitFor()
    await page.getByRole('link', { name: renamed.to }).first().click()
    await page.getByRole('heading', { name: renamed.to, level: 1 }).waitFor()
    await doStep(page, made.end, /现在请办/, '登记已关停')
    await page.getByText('已办结', { exact: true }).first().waitFor()
    await look(page, 'an application at its end')
    await page.getByRole('link', { name: shut }).first().click()
    await page.getByText('已关停', { exact: true }).first().waitFor()
    await look(page, 'the account that was shut')
    await page.goto(program.base + made.endNotice)
    await page.getByText('规定的公告时间已满').waitFor()
    await page.getByRole('button', { name: '撤下', exact: true }).click()
    await page.getByRole('dialog', { name: '撤下公告' }).getByRole('button', { name: '撤下', exact: true }).click()
    await page.getByText('已结束', { exact: true }).first().waitFor()
    await look(page, 'a notice that has stood its time')
  })
}

/** Somebody without a sign-in. */
async function reader(viewport, work) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const page = await context.newPage()
  page.errors = []
  page.on('pageerror', (error) => page.errors.push(error.message))
  await work(page)
  await context.close()
}

async function directory(viewport) {
  await reader(viewport, async (page) => {
    await open(page, '/directory', '政务新媒体和政府网站名录')
    await sound(page, `the directory (${viewport.width})`)
    await page.getByLabel('账号或单位名称').fill('清源镇')
    await page.getByRole('button', { name: '查找' }).click()
    await page.getByRole('link', { name: renamed.to, exact: true }).waitFor()
    assert.equal(await page.getByRole('link', { name: renamed.from, exact: true }).count(), 0, 'the old name is gone')
    await page.getByRole('link', { name: opened, exact: true }).click()
    await page.getByRole('heading', { name: opened, level: 1 }).waitFor()
    await page.getByText('在用', { exact: true }).first().waitFor()
    await sound(page, `the page of an account (${viewport.width})`)
    await page.goto(`${program.base}/directory?q=${encodeURIComponent(shut)}`)
    await page.getByRole('link', { name: shut, exact: true }).click()
    await page.getByText('这个账号已经关停').waitFor()
    await page.getByText(`现在请关注：${goneTo}`).waitFor()
    await page.getByText('示范区清源镇人民政府').first().waitFor()
    await sound(page, `the page that says where to go (${viewport.width})`)
  })
}

async function check(viewport) {
  await reader(viewport, async (page) => {
    await open(page, '/check', '真伪核验')
    const ask = async (text) => {
      await page.getByLabel('网址或账号链接').fill(text)
      await page.getByRole('button', { name: '核验' }).click()
    }
    await ask(`8.88 复制打开抖音 ${douyin}?from=share`)
    await page.getByRole('status').filter({ hasText: '在册的政务账号' }).filter({ hasText: '示范区清源镇人民政府主办' }).waitFor()
    await sound(page, `a genuine address (${viewport.width})`)
    await ask(`${douyin}x`)
    await page.getByRole('status').filter({ hasText: '不在名录中' }).waitFor()
    await sound(page, `an address that is not in the register (${viewport.width})`)
    await ask('没有网址')
    await page.getByRole('status').filter({ hasText: '认不出这个网址' }).waitFor()
  })
}

/** The notice at its lasting address, in the list and in both feeds; none of them tells who drafted or signed it. */
async function read() {
  await reader(phone, async (page) => {
    const id = made.changeNotice.split('/').at(-1)
    await open(page, '/notices', '公告')
    await sound(page, 'the public notices')
    await page.getByRole('link', { name: new RegExp(renamed.from.slice(0, 5)) }).first().click()
    assert.equal(new URL(page.url()).pathname, `/notices/${id}`)
    await page.getByText(`名称变更为“${renamed.to}”`).waitFor()
    await sound(page, 'a public notice')
    const rss = await (await page.request.get(`${program.base}/notices/rss.xml`)).text()
    assert.ok(rss.includes(`/notices/${id}`) && rss.includes(renamed.to), 'the notice stands in the feed')
    const feed = await (await page.request.get(`${program.base}/notices/feed.json`)).json()
    assert.equal(feed.version, 'https://jsonfeed.org/version/1.1')
    assert.equal(feed.items.filter((item) => item.url.endsWith(`/notices/${id}`)).length, 1)
    for (const name of ['信小员', '主小要']) assert.ok(!rss.includes(name) && !JSON.stringify(feed).includes(name), 'a feed names nobody of the unit')
    await open(page, made.endNotice.replace('public-notices', 'notices'), /便民服务/)
    await page.getByText('内容留存备查').waitFor()
    await sound(page, 'a public notice that has ended')
  })
}

/** The office sees what was done before its approval. */
async function violation() {
  await as('guanli', async (page) => {
    await open(page, '/violations', '违规记录')
    await page.getByText(/先开后报/).first().waitFor()
    await look(page, 'what was done before its approval')
  })
}

await walk(async (itsProgram, itsBrowser) => {
  program = itsProgram
  browser = itsBrowser
  await step('the office has entered the working days of the next year', calendar)
  await step('a unit pastes an address, is told what is missing, and applies with the consent of its head', applied)
  await step('the office sends it up and writes down the approval, with its number', approved)
  await step('an account that was opened before its approval is refused; one after it is put into use', inUse)
  await step('a change of name and an end are decided, filed and received', filed)
  await step('their notices are drafted from the applications, completed and signed', drafted)
  await step('a last day that is too early is refused; the notices are published and stand', published)
  await step('nothing is shut before its notice has stood its time', notYet)
  await step('fifteen working days go by', fifteenWorkingDays)
  await step('the account is renamed, the other one is shut, and its notice taken down', carriedOut)
  for (const [name, viewport] of [['desktop', desktop], ['phone', phone]]) {
    await step(`a reader finds what was opened, and where to go from what was shut (${name})`, () => directory(viewport))
    await step(`a reader checks a genuine and a wrong address (${name})`, () => check(viewport))
  }
  await step('a reader reads the notice and its feeds', read)
  await step('the office sees what was done before its approval', violation)
})
