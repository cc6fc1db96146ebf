import { Warning } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

export default {
  routes: [
    {
      path: '/column-findings',
      name: 'column-findings',
      component: () => import('./FindingListPage.vue'),
      meta: {
        title: zh.columns.findings.title,
        permission: 'dashboard.read',
        menu: { group: 'oversight', order: 51, icon: Warning, label: zh.columns.findings.title },
      },
    },
    {
      path: '/columns/:id',
      name: 'column',
      component: () => import('./ColumnPage.vue'),
      meta: { title: zh.columns.title, permission: 'account.read', under: '/accounts' },
    },
  ],
} satisfies ConsoleModule
