import { describe, expect, it, vi } from 'vitest'
import { toProblem } from '@/api/problem'
import { importFile } from '.'
import { decodeHtml, importHtml } from './importHtml'

const upload = vi.fn(async () => ({ id: 'm', url: '/media/0123456789abcdef', width: 1, height: 1 }))
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

describe('importHtml', () => {
  it('lifts the title and says what did not come along', async () => {
    const imported = await importHtml(
      '<h1>通告</h1><p>正文</p><img src="通告.files/1.png"><img src="https://example.org/2.png">',
    )
    expect(imported).toEqual({
      title: '通告',
      html: '<p>正文</p><img src="https://example.org/2.png">',
      warnings: ['文件引用了 1 张本地图片，没有导入，请用“插入图片”上传。', '文件引用了 1 张外部图片，需要重新上传。'],
    })
  })

  it('reads the Chinese encodings of old pages, named or not', () => {
    const gbk = new Uint8Array([0xd5, 0xfe, 0xce, 0xf1])
    const named = new Uint8Array([...new TextEncoder().encode('<meta charset=gb2312>'), ...gbk])
    expect(decodeHtml(named.buffer)).toContain('政务')
    expect(decodeHtml(gbk.buffer)).toBe('政务')
    expect(decodeHtml(new TextEncoder().encode('政务').buffer as ArrayBuffer)).toBe('政务')
  })

  it('refuses a page without text and a file that is none', async () => {
    await expect(importHtml('<html></html>')).rejects.toThrow('没有读到文字内容')
    await expect(importHtml('a\u0000b')).rejects.toThrow('不是可以识别的网页文件')
  })
})

describe('importFile', () => {
  it('uploads the pictures inside a web page', async () => {
    const file = new File([`<p>文</p><img src="data:image/png;base64,${png}" alt="会场">`], '页.html')
    expect(await importFile(file, { upload })).toEqual({
      title: '',
      html: '<p>文</p><img alt="会场" src="/media/0123456789abcdef">',
      warnings: [],
    })
  })

  it('goes on without a picture that the server refuses', async () => {
    const file = new File([`<p>文</p><img src="data:image/png;base64,${png}">`], '页.html')
    const refusing = () => Promise.reject(new TypeError('Failed to fetch'))
    const imported = await importFile(file, { upload: refusing })
    expect(imported.html).toBe('<p>文</p>')
    expect(imported.warnings[0]).toContain('第 1 张图片没有导入：连接不上服务器')
  })

  it('hands text to the server and refuses it with a sentence where there is none', async () => {
    const file = new File(['文'], '稿.txt')
    const importOnServer = vi.fn(async () => ({ title: '稿', html: '<p>文</p>', warnings: [] }))
    expect((await importFile(file, { upload, importOnServer })).title).toBe('稿')
    const error = await importFile(file, { upload }).catch((caught: unknown) => caught)
    expect(toProblem(error).message).toContain('不支持这种文件')
  })
})
