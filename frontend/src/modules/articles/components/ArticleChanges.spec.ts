import { mount, type VueWrapper } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import * as queries from '../queries'
import ArticleChanges from './ArticleChanges.vue'

const readers = { accounts: ['清源发布', '清源微博'], title: '停水通知', digest: '', byline: '', source: '', body: '<p>停水至周五。</p>', cover_id: 'a' }

function open(items: (typeof readers)[], article: Partial<typeof readers>): VueWrapper {
  vi.spyOn(queries, 'usePublicTexts').mockReturnValue({ data: ref({ items }), error: ref(null), isPending: ref(false), refetch: vi.fn() } as never)
  return mount(ArticleChanges, { props: { article: { id: '1', ...readers, ...article } as never } })
}

describe('what a correction changes', () => {
  beforeEach(() => vi.restoreAllMocks())

  it('is marked beside the accounts whose readers see the earlier text', () => {
    const page = open([readers], { body: '<p>停水至周六。</p>', title: '停水通知（更正）', cover_id: 'b' })
    expect(page.text()).toContain('与读者现在看到的相比（清源发布、清源微博）')
    expect(page.find('.line').element.textContent).toBe('停水至周原来：五现在：六。')
    expect(page.find('.line del').text()).toBe('原来：五')
    expect(page.text()).toContain('换了一张图片')
  })
  it('is said to be nothing, or only of layout', () => {
    expect(open([readers], {}).text()).toContain('都与读者看到的一样')
    expect(open([readers], { body: '<p><strong>停水</strong>至周五。</p>' }).text()).toContain('只改了排版')
    expect(open([], {}).text()).toContain('不用对照')
  })
})
