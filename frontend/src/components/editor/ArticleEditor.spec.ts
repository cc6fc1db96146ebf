import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiProblem } from '@/api/problem'
import type { UploadFunction } from '@/api/upload'
import ArticleEditor from './ArticleEditor.vue'
import word from './paste/fixtures/word.html?raw'

const stored: UploadFunction = async () => ({ id: 'm1', url: '/media/0123456789abcdef', width: 8, height: 6 })
const picture = () => new File(['png'], '会场.png', { type: 'image/png' })

let editor: VueWrapper

async function open(modelValue = '', props: object = {}): Promise<void> {
  editor = mount(ArticleEditor, { props: { modelValue, upload: stored, ...props }, attachTo: document.body })
  await flushPromises()
}

/** Pastes into the text the way a browser does: with what lies on the clipboard. */
async function paste(data: Record<string, string>, files: File[] = []): Promise<void> {
  const event = new Event('paste', { bubbles: true, cancelable: true })
  const clipboardData = { files, items: [], types: Object.keys(data), getData: (type: string) => data[type] ?? '' }
  Object.assign(event, { clipboardData })
  editor.get('[role=textbox]').element.dispatchEvent(event)
  await flushPromises()
}

function html(): string {
  ;(editor.vm as unknown as { flush: () => void }).flush()
  return (editor.emitted<[string]>('update:modelValue')?.at(-1)?.[0] ?? '')
}

afterEach(() => {
  editor.unmount()
  document.body.innerHTML = ''
})

describe('ArticleEditor', () => {
  it('keeps everything that an article may contain', async () => {
    const article =
      '<h1 style="text-align: center">标题</h1>' +
      '<p style="text-indent: 2em">甲<strong>乙</strong><em>丙</em><u>丁</u><s>戊</s>H<sub>2</sub>O m<sup>2</sup>' +
      '<span style="color: #c00000; font-size: 20px">红</span><a href="https://example.gov.cn/">链</a></p>' +
      '<ol start="3"><li><p>一</p><ul><li><p>二</p></li></ul></li></ol>' +
      '<blockquote><p>引</p></blockquote><hr>' +
      '<table><tbody><tr><th colspan="2"><p>表头</p></th></tr><tr><td><p>甲</p></td><td><p>乙</p></td></tr></tbody></table>' +
      '<figure><img src="/media/0123456789abcdef" alt="会场" style="width: 50%"><figcaption>图注</figcaption></figure>' +
      '<img src="/media/0123456789abcdeg" alt=""><p>尾</p>'
    await open(article)
    await paste({ 'text/plain': '头' })
    const normal = new DOMParser().parseFromString(html(), 'text/html').body
    for (const style of normal.querySelectorAll<HTMLElement>('[style]')) {
      style.setAttribute('style', style.style.cssText.replace('rgb(192, 0, 0)', '#c00000').replace(/;$/, ''))
    }
    expect(normal.innerHTML).toBe(article.replace('>标题<', '>头标题<'))
  })

  it('takes Word in: title, indent, list, merged cells, and a notice about the local picture', async () => {
    await open()
    await paste({ 'text/html': word, 'text/plain': '关于做好冬季城市供暖' })
    const result = html()
    expect(result).toMatch(/^<h1 style="text-align: center;?">关于做好冬季城市供暖<\/h1>/)
    expect(result).toMatch(/<p style="text-indent: 2em;?">为确保群众/)
    expect(result).toContain('<u>共检修管网</u>')
    expect(result).toContain('<ol start="3"><li><p>第一项工作</p>')
    expect(result).toContain('<td colspan="2">')
    expect(result).not.toMatch(/file:|mso/)
    expect(editor.text()).toContain('有 1 张图片保存在您的电脑里')
    expect(editor.emitted('title')).toEqual([['关于做好冬季城市供暖保障工作的通告']])
  })

  it('splits plain text into paragraphs and lets one line go on where it is', async () => {
    await open('<p>前文</p>')
    await paste({ 'text/plain': '插入' })
    expect(html()).toBe('<p>插入前文</p>')
    await paste({ 'text/plain': '一段的尾\n\n　　第二段' })
    expect(html()).toBe('<p>插入一段的尾</p><p style="text-indent: 2em;">第二段前文</p>')
  })

  it('puts pasted blocks before, after or instead of a paragraph, whole', async () => {
    await open('<p>前文</p>')
    await paste({ 'text/html': '<p align="center">居中</p>' })
    expect(html()).toBe('<p style="text-align: center;">居中</p><p>前文</p>')
  })

  it('gives out what was typed last when the page is left', async () => {
    await open()
    await paste({ 'text/plain': '最后一句' })
    editor.unmount()
    expect(editor.emitted('update:modelValue')).toEqual([['<p>最后一句</p>']])
  })

  it('uploads a pasted picture and gives it its address', async () => {
    let finish!: (media: Awaited<ReturnType<UploadFunction>>) => void
    await open('<p>文</p>', { upload: () => new Promise((resolve) => (finish = resolve)) })
    await paste({}, [picture()])
    expect(html()).not.toContain('<img')
    expect(editor.text()).toContain('正在上传“会场.png” 0%')
    expect(editor.emitted('pending')?.at(-1)).toEqual([{ uploading: 1, failed: 0, foreign: 0 }])

    finish({ id: 'm1', url: '/media/0123456789abcdef', width: 8, height: 6 })
    await flushPromises()
    expect(html()).toContain('<img src="/media/0123456789abcdef" alt="">')
    expect(editor.emitted('pending')?.at(-1)).toEqual([{ uploading: 0, failed: 0, foreign: 0 }])
  })

  it('keeps the place of a picture whose upload failed, and tries again', async () => {
    const upload = vi.fn(stored)
    upload.mockRejectedValueOnce(new ApiProblem({ status: 413, code: 'media.too_large', detail: '图片超过 10 MB。' }))
    await open('<p>文</p>', { upload })
    await paste({}, [picture()])
    expect(editor.text()).toContain('“会场.png”没有上传成功')
    expect(editor.text()).toContain('图片超过 10 MB。')
    expect(editor.emitted('pending')?.at(-1)).toEqual([{ uploading: 0, failed: 1, foreign: 0 }])

    await editor.findAll('button').find((button) => button.text() === '重试')!.trigger('click')
    await flushPromises()
    expect(html()).toContain('<img src="/media/0123456789abcdef" alt="">')
  })

  it('refuses a program that calls itself a picture without asking the server', async () => {
    const upload = vi.fn(stored)
    await open('', { upload })
    await paste({}, [new File(['<svg/>'], '图.svg', { type: 'image/svg+xml' })])
    expect(editor.text()).toContain('“图.svg”不是可以使用的图片')
    expect(upload).not.toHaveBeenCalled()
  })

  it('takes the text and not the picture of the text that Word adds', async () => {
    const upload = vi.fn(stored)
    await open('', { upload })
    await paste({ 'text/html': '<p class=MsoNormal>正文</p>' }, [picture()])
    expect(html()).toBe('<p>正文</p>')
    expect(upload).not.toHaveBeenCalled()
  })

  it('does not load a foreign picture, says so, and lets the server fetch it', async () => {
    const fetchImage = vi.fn(async () => ({ id: 'm2', url: '/media/fedcba9876543210', width: 1, height: 1 }))
    await open('', { fetchImage })
    await paste({ 'text/html': '<p>文</p><img src="https://mmbiz.example.com/a.jpg" alt="会场">' })
    expect(editor.find('img').exists()).toBe(false)
    expect(editor.text()).toContain('外部图片需要重新上传')
    expect(editor.emitted('pending')?.at(-1)).toEqual([{ uploading: 0, failed: 0, foreign: 1 }])

    await editor.findAll('button').find((button) => button.text() === '由服务器获取')!.trigger('click')
    await flushPromises()
    expect(fetchImage).toHaveBeenCalledWith('https://mmbiz.example.com/a.jpg')
    expect(html()).toContain('<img src="/media/fedcba9876543210" alt="会场">')
  })

  it('shows the text without tools when it is only to be read', async () => {
    await open('<p>文</p>', { readonly: true })
    expect(editor.find('[role=toolbar]').exists()).toBe(false)
    expect(editor.get('[role=textbox]').attributes('contenteditable')).toBe('false')
  })

  it('follows the value from outside without giving it back', async () => {
    await open('<p>旧</p>')
    await editor.setProps({ modelValue: '<p>新的汉字 abc</p>' })
    expect(editor.get('[role=textbox]').text()).toBe('新的汉字 abc')
    expect(editor.text()).toContain('汉字 4 个，共 7 字')
    expect(editor.emitted('update:modelValue')).toBeUndefined()
  })

  it('is one stop of the Tab key, and the arrows move among the tools', async () => {
    await open()
    const tools = editor.findAll('[role=toolbar] [data-tool]')
    expect(tools.filter((tool) => (tool.element as HTMLElement).tabIndex === 0)).toHaveLength(1)
    expect(tools.every((tool) => tool.attributes('aria-label'))).toBe(true)
    ;(tools[0]!.element as HTMLElement).focus()
    await tools[0]!.trigger('keydown', { key: 'ArrowLeft' })
    expect(document.activeElement).toBe(tools.at(-1)!.element)
    await tools.at(-1)!.trigger('keydown', { key: 'Home' })
    expect(document.activeElement).toBe(tools[0]!.element)
  })

  it('finds and replaces', async () => {
    await open('<p>二〇二五年甲，二〇二五年乙</p>')
    await editor.get('[aria-label=查找替换]').trigger('click')
    await editor.get('[aria-label=查找内容]').setValue('二〇二五')
    await vi.waitFor(() => expect(editor.text()).toContain('共 2 处'))
    await editor.get('[aria-label=替换为]').setValue('二〇二六')
    await editor.findAll('button').find((button) => button.text() === '全部替换')!.trigger('click')
    expect(html()).toBe('<p>二〇二六年甲，二〇二六年乙</p>')
  })
})
