import { Connection } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

export default {
  routes: [
    {
      path: '/reconcile',
      name: 'reconcile',
      component: () => import('./ReconcilePage.vue'),
      meta: {
        title: zh.reconcile.title,
        permission: 'account.read',
        menu: { group: 'register', order: 43, icon: Connection, label: zh.reconcile.title },
      },
    },
  ],
} satisfies ConsoleModule
