import { describe, expect, it } from 'vitest'
import { cleanHtml, textHtml } from './clean'
import word from './fixtures/word.html?raw'
import wps from './fixtures/wps.html?raw'

const png =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

function parse(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, 'text/html').body
}

describe('a text copied from Word', () => {
  const cleaned = cleanHtml(word)
  const body = parse(cleaned.html)
  const find = (selector: string) => [...body.querySelectorAll(selector)]
  const withText = (text: string) => find('p, h1, h2, h3, h4').find((block) => block.textContent?.includes(text))

  it('leaves nothing of Word behind', () => {
    expect(cleaned.html).not.toMatch(/mso|o:p|<!|class=|font-family|windowtext|v:|file:/i)
  })

  it('makes the centred title in 小标宋 a heading and joins its two lines as the title', () => {
    expect(find('h1').slice(0, 2).map((heading) => heading.getAttribute('style'))).toEqual([
      'text-align: center',
      'text-align: center',
    ])
    expect(cleaned.title).toBe('关于做好冬季城市供暖保障工作的通告')
  })

  it('keeps the first-line indent as indent', () => {
    expect(withText('为确保群众')?.getAttribute('style')).toBe('text-indent: 2em')
  })

  it('joins the lines of the source inside a Chinese sentence without a blank', () => {
    expect(withText('为确保群众')?.textContent).toContain('已完成检修调试')
    expect(withText('为确保群众')?.textContent).toContain('请各单位高度重视')
  })

  it('underlines and colours exactly the right characters', () => {
    expect(find('u').map((element) => element.textContent)).toEqual(['共检修管网'])
    expect(find('span').map((element) => [element.textContent, element.getAttribute('style')])).toEqual([
      ['请各单位高度重视', 'color: #c00000'],
    ])
    expect(find('p > strong').map((element) => element.textContent)).toEqual(['换热站', '片区'])
    expect(find('sup').map((element) => element.textContent)).toEqual(['3'])
  })

  it('keeps a link without the blue and the line it has by itself', () => {
    expect(find('a').map((link) => link.outerHTML)).toEqual([
      '<a href="https://www.example.gov.cn/notice">通知原文</a>',
    ])
  })

  it('takes headings from tags and from the outline level, with their automatic Chinese number', () => {
    expect(find('h1').at(2)?.textContent).toBe('工作安排')
    expect(find('h2').map((heading) => heading.textContent)).toEqual(['一、时间要求'])
  })

  it('makes list paragraphs real lists, nested and with their numbers', () => {
    const lists = find('ol, ul').filter((list) => list.parentElement === body)
    expect(lists.map((list) => list.outerHTML)).toEqual([
      '<ol start="3"><li><p>第一项工作</p><ol type="a"><li><p>细化任务</p></li></ol></li><li><p>第二项工作</p></li></ol>',
      '<ul><li><p>图片作符号的一项</p></li><li><p>供暖热线畅通</p></li></ul>',
    ])
  })

  it('keeps merged cells and drops the row of helper cells', () => {
    expect(find('table').map((table) => table.outerHTML)).toEqual([
      '<table><tbody>' +
        '<tr><td colspan="2"><p style="text-align: center"><strong>片区</strong></p></td><td rowspan="2"><p>备注</p></td></tr>' +
        '<tr><td><p>城东</p></td><td><p></p></td></tr>' +
        '</tbody></table>',
    ])
  })

  it('removes the local picture and counts it once', () => {
    expect(find('img')).toEqual([])
    expect(cleaned.pictures).toEqual({ local: 1, foreign: 0, oversized: 0 })
  })

  it('keeps the signature on the right', () => {
    expect(withText('某某区人民政府办公室')?.getAttribute('style')).toBe('text-align: right')
  })

  it('changes nothing when its own result is cleaned again', () => {
    expect(cleanHtml(cleaned.html).html).toBe(cleaned.html)
  })

  it('gives the title away when it is lifted', () => {
    const lifted = cleanHtml(word, { liftTitle: true })
    expect(lifted.title).toBe('关于做好冬季城市供暖保障工作的通告')
    expect(lifted.html).not.toContain('冬季城市供暖')
    expect(lifted.html).toContain('<h1>工作安排</h1>')
  })
})

describe('a text copied from WPS', () => {
  const cleaned = cleanHtml(wps)

  it('comes out as the same plain structure', () => {
    expect(cleaned.html).toBe(
      '<h1 style="text-align: center">区教育局关于开展校园安全检查的通知</h1>' +
        '<h2>一、检查范围</h2>' +
        '<p style="text-indent: 2em">全区公办、民办学校，<u>重点</u><span style="color: #c00000">检查消防通道</span>。</p>' +
        '<p style="text-indent: 2em">手工空两格的一段。</p>' +
        '<h2>检查内容</h2>' +
        '<ol><li><p>消防设施</p></li><li><p>食品卫生</p></li></ol>' +
        '<table><tbody>' +
        '<tr><td rowspan="2"><p>学段</p></td><td colspan="2"><p style="text-align: center">数量</p></td></tr>' +
        '<tr><td><p>12</p></td><td><p><span style="color: #c00000">待核</span></p></td></tr>' +
        '</tbody></table>',
    )
  })

  it('names the title and counts the pictures that stayed on the disk', () => {
    expect(cleaned.title).toBe('区教育局关于开展校园安全检查的通知')
    expect(cleaned.pictures.local).toBe(2)
  })
})

describe('pictures of a pasted text', () => {
  it('keeps a foreign picture in its place and counts it', () => {
    const cleaned = cleanHtml('<p>前<img src="https://mmbiz.example.com/a.jpg" alt="会场">后</p>')
    expect(cleaned.html).toBe('<p>前</p><img src="https://mmbiz.example.com/a.jpg" alt="会场"><p>后</p>')
    expect(cleaned.pictures.foreign).toBe(1)
  })

  it('takes the real address of a picture that loads late', () => {
    const cleaned = cleanHtml('<img data-src="//mmbiz.example.com/b.png" src="data:image/gif;base64,R0lGOD">')
    expect(cleaned.html).toBe('<img src="https://mmbiz.example.com/b.png">')
  })

  it('hands a picture inside the text over for upload', () => {
    const files: File[] = []
    const acceptFile = (file: File) => `u${files.push(file)}`
    const cleaned = cleanHtml(`<p>文</p><img src="${png}">`, { acceptFile })
    expect(cleaned.html).toBe('<p>文</p><img data-upload-id="u1">')
    expect(files.map((file) => [file.type, file.size])).toEqual([['image/png', 70]])
  })

  it.each([
    ['too large', `<img src="${png}">`, 10],
    ['an SVG', '<img src="data:image/svg+xml;base64,PHN2Zy8+">', 1000],
    ['not base64', '<img src="data:image/png;base64,%%%">', 1000],
  ])('removes one that is %s and counts it', (_name, html, maxBytes) => {
    const cleaned = cleanHtml(html, { acceptFile: () => 'u1', maxBytes })
    expect(cleaned.html).toBe('')
    expect(cleaned.pictures.oversized).toBe(1)
  })

  it.each(['blob:https://a.example/1', 'file:///tmp/a.png', 'C:\\图\\a.png', '标题.files/image001.png', 'cid:1'])(
    'cannot read %s and says so',
    (src) => {
      const cleaned = cleanHtml(`<p>文<img src="${src}"></p>`)
      expect(cleaned.html).toBe('<p>文</p>')
      expect(cleaned.pictures.local).toBe(1)
    },
  )

  it('keeps a picture of the own store with its width and caption', () => {
    const html = '<figure><img src="/media/0123456789abcdef" alt="会场" style="width: 50%"><figcaption>图注</figcaption></figure>'
    expect(cleanHtml(html).html).toBe(html)
  })
})

describe('hostile and broken HTML', () => {
  it('leaves scripts, handlers and their addresses behind', () => {
    const cleaned = cleanHtml(
      '<p onclick="a()">文<script>b()</script><a href="javascript:c()">字</a><img src=x onerror=d()>' +
        '<svg><script>e()</script></svg><iframe src="https://a.example"></iframe></p>',
    )
    expect(cleaned.html).toBe('<p>文字</p>')
  })

  it('refuses a cell that claims to span the world', () => {
    expect(cleanHtml('<table><tr><td colspan="9999999999">甲</td></tr></table>').html).toBe(
      '<table><tbody><tr><td><p>甲</p></td></tr></tbody></table>',
    )
  })

  it('reads nested sections of a web page as paragraphs', () => {
    expect(cleanHtml('<section><section><span>甲</span><br><br></section><section>乙</section></section>').html).toBe(
      '<p>甲</p><p>乙</p>',
    )
  })

  it('escapes what only looks like markup', () => {
    expect(cleanHtml('<p>a &lt;b&gt; &amp; "c"</p>').html).toBe('<p>a &lt;b&gt; &amp; &quot;c&quot;</p>')
  })

  it('gives nothing for nothing', () => {
    expect(cleanHtml('').html).toBe('')
    expect(cleanHtml('<html><body><!--x--></body></html>')).toMatchObject({ html: '', title: '' })
  })
})

describe('plain text', () => {
  it('becomes one paragraph per line, with the indent that was typed', () => {
    expect(textHtml('标题\r\n\r\n　　第一段 <b>\n第二段')).toBe(
      '<p>标题</p><p style="text-indent: 2em">第一段 &lt;b&gt;</p><p>第二段</p>',
    )
  })
})
