import { Bell } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'
import { useTaskCount } from './queries'

export default {
  routes: [
    {
      path: '/tasks',
      name: 'tasks',
      component: () => import('./TasksPage.vue'),
      meta: {
        title: zh.tasks.title,
        menu: { group: 'work', order: 10, icon: Bell, label: zh.tasks.title, tab: true, badge: useTaskCount },
      },
    },
  ],
} satisfies ConsoleModule
