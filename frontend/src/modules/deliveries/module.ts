import { Promotion } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'delivery.read'

export default {
  routes: [
    {
      path: '/deliveries',
      name: 'deliveries',
      component: () => import('./DeliveryListPage.vue'),
      meta: {
        title: zh.deliveries.title,
        permission,
        menu: { group: 'publish', order: 30, icon: Promotion, label: zh.deliveries.title, tab: true },
      },
    },
    {
      path: '/deliveries/:id',
      name: 'delivery',
      component: () => import('./DeliveryPage.vue'),
      meta: { title: zh.deliveries.title, permission },
    },
  ],
} satisfies ConsoleModule
