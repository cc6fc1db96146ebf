import { Calendar } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

export default {
  routes: [
    {
      path: '/plan',
      name: 'plan',
      component: () => import('./PlanPage.vue'),
      meta: {
        title: zh.plan.title,
        permission: 'article.read',
        menu: { group: 'publish', order: 25, icon: Calendar, label: zh.plan.title },
      },
    },
  ],
} satisfies ConsoleModule
