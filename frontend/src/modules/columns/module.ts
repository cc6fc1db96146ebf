import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

export default {
  routes: [
    {
      path: '/columns/:id',
      name: 'column',
      component: () => import('./ColumnPage.vue'),
      meta: { title: zh.columns.title, permission: 'account.read' },
    },
  ],
} satisfies ConsoleModule
