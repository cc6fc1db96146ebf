import { Postcard } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'account.read'

export default {
  routes: [
    {
      path: '/accounts',
      name: 'accounts',
      component: () => import('./AccountListPage.vue'),
      meta: {
        title: zh.accounts.title,
        permission,
        menu: { group: 'register', order: 40, icon: Postcard, label: zh.accounts.title },
      },
    },
    {
      path: '/accounts/:id',
      name: 'account',
      component: () => import('./AccountPage.vue'),
      meta: { title: zh.accounts.title, permission },
    },
  ],
} satisfies ConsoleModule
