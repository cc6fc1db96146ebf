import { DataBoard } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

export default {
  routes: [
    {
      path: '/dashboard',
      name: 'dashboard',
      component: () => import('./DashboardPage.vue'),
      meta: {
        title: zh.dashboard.title,
        permission: 'dashboard.read',
        keepScroll: true,
        menu: { group: 'oversight', order: 50, icon: DataBoard, label: zh.dashboard.title, tab: true },
      },
    },
  ],
} satisfies ConsoleModule
