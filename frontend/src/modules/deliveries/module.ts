import { Promotion, VideoPause } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'
import { useHeldCount } from './queries'

const permission = 'delivery.read'
const act = 'delivery.act'

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
      path: '/held-deliveries',
      name: 'deliveries-held',
      component: () => import('./HeldPage.vue'),
      meta: {
        title: zh.deliveries.held.title,
        permission: act,
        menu: { group: 'publish', order: 35, icon: VideoPause, label: zh.deliveries.held.title, badge: useHeldCount },
      },
    },
    {
      path: '/deliveries/after-outage',
      name: 'deliveries-policy',
      component: () => import('./PolicyPage.vue'),
      meta: { title: zh.deliveries.policy.title, permission: 'unit.read' },
    },
    {
      path: '/deliveries/:id',
      name: 'delivery',
      component: () => import('./DeliveryPage.vue'),
      meta: { title: zh.deliveries.title, permission },
    },
  ],
} satisfies ConsoleModule
