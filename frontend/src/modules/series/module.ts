import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

export default {
  routes: [
    {
      path: '/series/new',
      name: 'series-new',
      component: () => import('./SeriesNewPage.vue'),
      meta: { title: zh.series.titleNew, permission: 'article.publish', under: '/articles' },
    },
    {
      path: '/series/:id',
      name: 'series',
      component: () => import('./SeriesPage.vue'),
      meta: { title: zh.series.title, permission: 'delivery.read', under: '/articles' },
    },
  ],
} satisfies ConsoleModule
