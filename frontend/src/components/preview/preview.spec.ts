import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { articleContent } from './articleContent'
import ChannelPreview from './ChannelPreview.vue'
import type { ChannelPreview as Preview } from './preview'

const preview: Preview = {
  platform: 'wechat_subscription',
  title: '供暖通告',
  digest: '摘要',
  html: '<p>正文</p>',
  text: '',
  cover_id: '',
  link: 'https://example.gov.cn/1',
  limits: [{ field: 'title', label: '标题', used: 70, max: 64, ok: false, sentence: '标题超过 64 字，请缩短。' }],
  warnings: ['表格会横向滚动。'],
}

function written(html: string): string {
  const holder = document.createElement('div')
  holder.append(articleContent(html))
  return holder.innerHTML
}

describe('articleContent', () => {
  it('shows what an article has, with its styles', () => {
    const html = '<h2 style="text-align: center;">题</h2><p>甲<a href="https://example.gov.cn/">链</a></p><img src="/media/0123456789abcdef" alt="图">'
    expect(written(html)).toBe(html)
  })

  it.each([
    ['a script', '<p>甲</p><script>a()</script>', '<p>甲</p>'],
    ['a handler', '<p onclick="a()">甲</p>', '<p>甲</p>'],
    ['a picture that acts', '<img src="x" onerror="a()">', '<img>'],
    ['an address that acts', '<a href="javascript:a()">甲</a>', '<a>甲</a>'],
    ['a frame and a form', '<iframe srcdoc="<script>a()</script>"></iframe><form><input></form>', ''],
    ['a drawing that acts', '<svg onload="a()"><script>a()</script></svg>', ''],
    ['a protocol of its own', '<img src="//evil.example/a.png">', '<img>'],
  ])('disarms %s', (_name, html, left) => {
    expect(written(html)).toBe(left)
  })
})

describe('the preview of a channel', () => {
  // jsdom cannot make style sheets by program; what they say is not tested here.
  beforeEach(() => {
    vi.stubGlobal('CSSStyleSheet', class {
      replaceSync() {}
    })
  })

  it('shows WeChat as card and page, with what is over the limit and what to do', () => {
    const page = mount(ChannelPreview, { props: { preview, accountName: '某区发布' } })
    expect(page.get('section').attributes('aria-label')).toBe('微信公众号预览')
    expect(page.get('[aria-label=正文预览]').element.shadowRoot?.innerHTML).toBe('<p>正文</p>')
    expect(page.text()).toContain('未设置封面')
    expect(page.text()).toContain('70/64 超出')
    expect(page.text()).toContain('标题超过 64 字，请缩短。')
    expect(page.text()).toContain('表格会横向滚动。')
  })

  it('shows Weibo as a teaser whose link is two words, with its counter', () => {
    const limits = [{ field: 'status', label: '微博字数', used: 40, max: 140, ok: true, sentence: '' }]
    const text = '【供暖通告】摘要 https://example.gov.cn/1'
    const page = mount(ChannelPreview, { props: { preview: { ...preview, platform: 'weibo', text, limits } } })
    expect(page.get('article').text()).toContain('【供暖通告】摘要 网页链接')
    expect(page.get('article').text()).toContain('40/140')
    expect(page.get('article').text()).not.toContain('https://')
  })

  it('shows any other channel as an app does, and stands without limits and title', () => {
    const page = mount(ChannelPreview, {
      props: { preview: { ...preview, platform: 'app', title: '', limits: null, warnings: null } },
    })
    expect(page.text()).toContain('（无标题）')
    expect(page.find('ul').exists()).toBe(false)
  })
})
