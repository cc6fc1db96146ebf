import { ChatLineSquare } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

export default {
  routes: [
    {
      path: '/reminders',
      name: 'reminders',
      component: () => import('./RemindersPage.vue'),
      meta: {
        title: zh.reminders.title,
        permission: 'dashboard.read',
        menu: { group: 'oversight', order: 56, icon: ChatLineSquare, label: zh.reminders.title },
      },
    },
    {
      path: '/email',
      name: 'email',
      component: () => import('./EmailPage.vue'),
      meta: { title: zh.reminders.email.title },
    },
  ],
} satisfies ConsoleModule
