import JSZip from 'jszip'
import { describe, expect, it, vi } from 'vitest'
import { ApiProblem } from '@/api/problem'
import type { UploadFunction } from '@/api/upload'
import { importDocx } from './importDocx'
import { ImportError } from './importHtml'

const w = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const r = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

const run = (text: string, properties = '') => `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`
const paragraph = (content: string, properties = '') => `<w:p><w:pPr>${properties}</w:pPr>${content}</w:p>`
const cell = (text: string, properties = '') => `<w:tc><w:tcPr>${properties}</w:tcPr>${paragraph(run(text))}</w:tc>`
const item = (text: string) => paragraph(run(text), '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
const titleFont = '<w:rFonts w:ascii="方正小标宋简体" w:eastAsia="方正小标宋简体"/><w:sz w:val="44"/>'

function picture(id: string): string {
  return (
    '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">' +
    '<wp:docPr id="1" name="p" descr="会场全景"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">' +
    '<a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill>' +
    `<a:blip xmlns:r="${r}" r:embed="${id}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`
  )
}

async function docx(body: string, name = '通告.docx'): Promise<File> {
  const zip = new JSZip()
  const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships'
  zip.file(
    '[Content_Types].xml',
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
      '<Default Extension="png" ContentType="image/png"/><Default Extension="emf" ContentType="image/x-emf"/>' +
      '<Default Extension="xml" ContentType="application/xml"/></Types>',
  )
  zip.file(
    '_rels/.rels',
    `<Relationships xmlns="${packageRelations}"><Relationship Id="r1" Type="${r}/officeDocument" Target="word/document.xml"/></Relationships>`,
  )
  zip.file(
    'word/_rels/document.xml.rels',
    `<Relationships xmlns="${packageRelations}">` +
      `<Relationship Id="n" Type="${r}/numbering" Target="numbering.xml"/><Relationship Id="s" Type="${r}/styles" Target="styles.xml"/>` +
      `<Relationship Id="png" Type="${r}/image" Target="media/1.png"/><Relationship Id="emf" Type="${r}/image" Target="media/2.emf"/></Relationships>`,
  )
  zip.file(
    'word/numbering.xml',
    `<w:numbering xmlns:w="${w}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>` +
      '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>',
  )
  zip.file(
    'word/styles.xml',
    `<w:styles xmlns:w="${w}"><w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/></w:style></w:styles>`,
  )
  zip.file('word/media/1.png', png, { base64: true })
  zip.file('word/media/2.emf', 'emf')
  zip.file('word/document.xml', `<w:document xmlns:w="${w}"><w:body>${body}</w:body></w:document>`)
  return new File([await zip.generateAsync({ type: 'arraybuffer', compression: 'DEFLATE' })], name)
}

const stored: UploadFunction = async () => ({ id: 'm1', url: '/media/m1.png', width: 1, height: 1 })

async function sentence(file: File): Promise<string> {
  const error = await importDocx(file, { upload: stored }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ImportError)
  return (error as ImportError).message
}

describe('importDocx', () => {
  it('brings headings, lists, merged cells, marks, indent and pictures', async () => {
    const upload = vi.fn(stored)
    const file = await docx(
      paragraph(run('关于供暖的', titleFont), '<w:jc w:val="center"/>') +
        paragraph(run('通告', titleFont), '<w:jc w:val="center"/>') +
        paragraph(run('为确保') + run('群众', '<w:b/>') + run('温暖', '<w:u w:val="single"/>') + run('过冬。'), '<w:ind w:firstLine="640"/>') +
        paragraph(run('工作安排'), '<w:pStyle w:val="2"/>') +
        item('第一项') +
        item('第二项') +
        '<w:tbl>' +
        `<w:tr>${cell('片区', '<w:gridSpan w:val="2"/>')}${cell('备注', '<w:vMerge w:val="restart"/>')}</w:tr>` +
        `<w:tr>${cell('城东')}${cell('城西')}${cell('', '<w:vMerge/>')}</w:tr>` +
        '</w:tbl>' +
        paragraph(picture('png')) +
        paragraph(run('某某区人民政府'), '<w:jc w:val="right"/>'),
    )

    const imported = await importDocx(file, { upload })

    expect(imported.title).toBe('关于供暖的通告')
    expect(imported.html).toBe(
      '<p style="text-indent: 2em">为确保<strong>群众</strong><u>温暖</u>过冬。</p>' +
        '<h2>工作安排</h2>' +
        '<ol><li><p>第一项</p></li><li><p>第二项</p></li></ol>' +
        '<table><tbody><tr><td colspan="2"><p>片区</p></td><td rowspan="2"><p>备注</p></td></tr>' +
        '<tr><td><p>城东</p></td><td><p>城西</p></td></tr></tbody></table>' +
        '<img src="/media/m1.png" alt="会场全景">' +
        '<p style="text-align: right">某某区人民政府</p>',
    )
    expect(upload).toHaveBeenCalledTimes(1)
    expect(upload.mock.calls[0]![0].type).toBe('image/png')
    expect(imported.warnings).toEqual(['文中有自动编号，已转为列表，请核对编号样式是否与原文一致。'])
  })

  it('goes on without a picture that is refused or cannot be shown, and says which', async () => {
    const upload: UploadFunction = () => {
      throw new ApiProblem({ status: 413, code: 'media.too_large', detail: '图片超过 10 MB。' })
    }
    const file = await docx(paragraph(run('正文')) + paragraph(picture('png')) + paragraph(picture('emf')))
    const imported = await importDocx(file, { upload })
    expect(imported.html).toBe('<p>正文</p>')
    expect(imported.warnings).toEqual([
      '第 1 张图片没有导入：图片超过 10 MB。',
      '第 2 张图片的格式（如 EMF、WMF）网页无法显示，没有导入，请另存为 JPG 或 PNG 后上传。',
    ])
  })

  it('refuses a file of 40 MB before reading it', async () => {
    const file = new File([new Uint8Array(40 * 1024 * 1024)], '大.docx')
    expect(await sentence(file)).toContain('文件超过 30 MB')
  })

  it('refuses an archive that unpacks to more than a page can hold', async () => {
    const zip = new JSZip()
    zip.file('word/document.xml', '0')
    const bytes = new Uint8Array(await zip.generateAsync({ type: 'arraybuffer' }))
    const directory = bytes.findLastIndex((_byte, at) => new DataView(bytes.buffer).getUint32(Math.min(at, bytes.length - 4), true) === 0x02014b50)
    new DataView(bytes.buffer).setUint32(directory + 24, 2_000_000_000, true)
    expect(await sentence(new File([bytes], '炸弹.docx'))).toContain('解压后的内容过大')
  })

  it('knows the old format and locked files', async () => {
    const file = new File([new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1])], '旧.doc')
    expect(await sentence(file)).toContain('另存为 .docx')
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])],
    ['a cut-off archive', new Uint8Array([0x50, 0x4b, 3, 4, ...new Array<number>(100).fill(0)])],
  ])('says that %s is no document', async (_name, bytes) => {
    expect(await sentence(new File([bytes], '坏.docx'))).toContain('文件已损坏或不是 Word 文档')
  })

  it('says that an archive of something else is no document', async () => {
    const zip = new JSZip()
    zip.file('a.txt', '甲')
    const bytes = await zip.generateAsync({ type: 'arraybuffer' })
    expect(await sentence(new File([bytes], '别的.docx'))).toContain('文件已损坏或不是 Word 文档')
  })

  it('says that a document without text is empty', async () => {
    expect(await sentence(await docx(paragraph('')))).toContain('没有读到文字内容')
  })
})
