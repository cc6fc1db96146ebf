import { Document } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const read = 'article.read'
const write = 'article.write'

export default {
  routes: [
    {
      path: '/articles',
      name: 'articles',
      component: () => import('./ArticleListPage.vue'),
      meta: {
        title: zh.articles.title,
        permission: read,
        menu: { group: 'publish', order: 20, icon: Document, label: zh.articles.title, tab: true },
      },
    },
    {
      path: '/articles/new',
      name: 'article-new',
      component: () => import('./ArticleEditPage.vue'),
      meta: { title: zh.articles.new, permission: write },
    },
    {
      path: '/articles/:id',
      name: 'article',
      component: () => import('./ArticlePage.vue'),
      meta: { title: zh.articles.title, permission: read },
    },
    {
      path: '/articles/:id/edit',
      name: 'article-edit',
      component: () => import('./ArticleEditPage.vue'),
      meta: { title: zh.articles.edit, permission: write },
    },
  ],
} satisfies ConsoleModule
