// Units, people and contractors in a real Chromium against the real binary: a unit is made, renamed and merged into another one; a
// newcomer is filed and receipted; a sign-in does not end before the hand-over, with the clause; a contractor is let in when all
// items are there. Every page passes axe on the way. Ends with "N passed, N failed".
import assert from 'node:assert/strict'
import { desktop, look, person, phone, step, walk } from './screen.mjs'

let program
let browser

const signIn = (username, viewport) => person(browser, program.base, username, viewport)

async function open(page, path, heading) {
  await page.goto(program.base + path)
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
}

async function pick(page, dialog, label, option) {
  await dialog.getByRole('combobox', { name: label }).click({ force: true }) // its placeholder lies over it
  await page.getByRole('option', { name: option, exact: true }).click()
}

/** Fills a dialog and sends it. */
async function send(page, button, fill) {
  const dialog = page.getByRole('dialog')
  await fill(dialog)
  await dialog.getByRole('button', { name: button, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

async function makeUnit(page, office, name) {
  await open(page, '/units', '单位管理')
  await page.getByRole('link', { name: office, exact: true }).click()
  await page.getByRole('heading', { name: office, level: 1 }).waitFor()
  await page.getByRole('button', { name: '新建下级单位' }).click()
  await send(page, '新建下级单位', async (dialog) => {
    await dialog.getByLabel('单位全称').fill(name)
    await pick(page, dialog, '层级', '事业单位')
  })
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

async function tree(viewport, suffix) {
  const page = await signIn('guanli', viewport)
  await open(page, '/units', '单位管理')
  await look(page, `the tree (${viewport.width})`)
  const office = (await page.locator('tbody').getByRole('link').first().innerText()).trim()
  const [one, other] = [`林草中心${suffix}`, `花卉站${suffix}`]
  await makeUnit(page, office, one)
  await makeUnit(page, office, other)
  await page.getByText('缺主要负责人').waitFor()
  await page.getByText('潼南 2022 第5条').first().waitFor()
  await look(page, `a new unit (${viewport.width})`)
  await page.getByRole('button', { name: '更名' }).click()
  await look(page, `a dialog (${viewport.width})`)
  await send(page, '更名', (dialog) => dialog.getByLabel('单位全称').fill(`${other}改`))
  await page.getByRole('heading', { name: `${other}改`, level: 1 }).waitFor()
  await page.getByText(`由“${other}”改为“${other}改”`).waitFor()
  await page.getByRole('button', { name: '并入其他单位' }).click()
  await send(page, '并入其他单位', async (dialog) => {
    await dialog.getByRole('combobox', { name: '并入哪个单位' }).fill(one)
    await page.getByRole('option', { name: one }).click()
  })
  await page.getByRole('heading', { name: one, level: 1 }).waitFor()
  await page.getByText(`${other}改；账号 0 个，人员 0 人`).waitFor()
  await open(page, '/vacancies', '人员缺口')
  await look(page, `the vacancies (${viewport.width})`)
  await page.context().close()
}

async function comeAndGo(viewport, suffix) {
  const admin = await signIn('guanli', viewport)
  await open(admin, '/people', '人员管理')
  await look(admin, `the people (${viewport.width})`)
  const name = `荷小新${suffix}`
  await admin.getByRole('button', { name: '新增人员' }).click()
  const officer = await signIn('xinxi', viewport)
  const unit = await officer.evaluate(async () => (await (await fetch('/api/session')).json()).units[0].name)
  await send(admin, '确定', async (dialog) => {
    await dialog.getByLabel('姓名').fill(name)
    await dialog.getByLabel('登录名').fill(`xiaohe${suffix}`)
    await dialog.getByLabel('手机号码').fill('000-0000 0001')
    await dialog.getByRole('combobox', { name: '单位' }).fill(unit)
    await admin.getByRole('option', { name: unit }).first().click()
  })
  await admin.getByRole('heading', { name, level: 1 }).waitFor()
  await look(admin, `somebody (${viewport.width})`)

  await open(officer, '/staff-filings', '人员备案')
  await officer.getByRole('row').filter({ hasText: name }).getByRole('button', { name: '报备' }).click()
  await send(officer, '确定', async () => {})
  await look(officer, `the filings (${viewport.width})`)
  await open(admin, '/staff-filings', '人员备案')
  await admin.getByRole('row').filter({ hasText: name }).getByRole('button', { name: '登记回执' }).click()
  await send(admin, '确定', (dialog) => dialog.getByLabel('回执编号').fill('备〔2026〕1号'))
  await admin.getByText('回执：备〔2026〕1号').first().waitFor()

  await open(admin, '/people', '人员管理')
  await admin.getByRole('link', { name, exact: true }).click()
  await admin.getByRole('heading', { name, level: 1 }).waitFor()
  await admin.getByRole('button', { name: '停用账户' }).click()
  const dialog = admin.getByRole('dialog')
  await dialog.getByRole('button', { name: '停用账户' }).click()
  await dialog.getByText('潼南 2022 第35条第2款').first().waitFor()
  await look(admin, `the refusal before the hand-over (${viewport.width})`)
  await dialog.getByRole('button', { name: '取消' }).click()
  await dialog.waitFor({ state: 'hidden' })

  await admin.getByRole('button', { name: '办理离岗交接' }).click()
  await send(admin, '开出交接单', (one) => one.getByLabel('离岗原因').fill('调离'))
  await admin.getByRole('heading', { name: `离岗交接：${name}`, level: 1 }).waitFor()
  for (const item of ['工作移交', '保密承诺', '口令更换']) {
    await admin.getByRole('button', { name: `登记：${item}` }).click()
    await send(admin, '确定', async (one) => {
      if (item !== '保密承诺') return one.getByLabel('凭证或存放处').fill('原件存档')
      await one.locator('input[type=file]').setInputFiles({ name: '承诺书.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n') })
      await one.getByRole('link', { name: '承诺书.pdf' }).waitFor()
      return look(admin, `a paper on the way (${viewport.width})`)
    })
    await admin.getByRole('button', { name: `更正：${item}` }).waitFor()
  }
  await admin.getByRole('link', { name: '承诺书.pdf' }).waitFor()
  await look(admin, `a hand-over (${viewport.width})`)
  await admin.getByRole('button', { name: '办结' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: '办结' }).click()
  await admin.getByText('已办结').first().waitFor()
  await admin.getByRole('link', { name, exact: true }).click()
  await admin.getByRole('heading', { name, level: 1 }).waitFor()
  await admin.getByRole('button', { name: '停用账户' }).click()
  await send(admin, '停用账户', async () => {})
  await admin.getByRole('button', { name: '恢复账户' }).waitFor()
  await open(admin, '/handovers', '离岗交接')
  await look(admin, `the hand-overs (${viewport.width})`)
  await admin.context().close()
  await officer.context().close()
}

async function contractor(viewport, suffix) {
  const officer = await signIn('xinxi', viewport)
  await open(officer, '/contractors', '服务商管理')
  const name = `云上科技${suffix}（虚构）`
  await officer.getByRole('button', { name: '登记服务商' }).click()
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  await send(officer, '确定', async (dialog) => {
    await dialog.getByLabel('服务商名称').fill(name)
    await dialog.getByLabel('服务内容').fill('公众号排版')
    await dialog.getByLabel('协议编号').fill('1')
    await dialog.getByLabel('协议起始日').fill(day(-30))
    await dialog.getByLabel('协议终止日').fill(day(30))
  })
  await officer.getByRole('heading', { name, level: 1 }).waitFor()
  await officer.getByText('还缺：约定权责、保密协议、保密培训、资质审查、日常监督').waitFor()
  await look(officer, `a contractor (${viewport.width})`)
  const address = new URL(officer.url()).pathname
  const admin = await signIn('guanli', viewport)
  await open(admin, address, name)
  await admin.getByRole('button', { name: '授权进入系统' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: '授权进入系统' }).click()
  await admin.getByRole('alert').filter({ hasText: '潼南 2022 第37条' }).waitFor()
  for (const item of ['约定权责', '保密协议', '保密培训', '资质审查', '日常监督']) {
    await officer.getByRole('button', { name: `登记：${item}` }).click()
    await send(officer, '确定', (one) => one.getByLabel('凭证或存放处').fill('原件存档'))
    await officer.getByRole('button', { name: `更正：${item}` }).waitFor()
  }
  await open(admin, address, name)
  await admin.getByRole('button', { name: '授权进入系统' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: '授权进入系统' }).click()
  await admin.getByText('起授权进入系统').waitFor()
  await open(officer, '/contractors', '服务商管理')
  await officer.getByText('协议快到期').first().waitFor()
  await look(officer, `the contractors (${viewport.width})`)
  assert.equal(await officer.getByRole('row').filter({ hasText: name }).count(), 1)
  await officer.context().close()
  await admin.context().close()
}

await walk(async (itsProgram, itsBrowser) => {
  program = itsProgram
  browser = itsBrowser
  for (const [viewport, suffix] of [[desktop, '一'], [phone, '二']]) {
    await step(`units are made, renamed and merged (${viewport.width})`, () => tree(viewport, suffix))
    await step(`people come and go (${viewport.width})`, () => comeAndGo(viewport, suffix))
    await step(`a contractor is let in (${viewport.width})`, () => contractor(viewport, suffix))
  }
})
