import { Postcard } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'account.read'
const write = 'account.write'

export default {
  routes: [
    {
      path: '/accounts',
      name: 'accounts',
      component: () => import('./AccountListPage.vue'),
      meta: {
        title: zh.register.title,
        permission,
        menu: { group: 'register', order: 40, icon: Postcard, label: zh.register.title },
      },
    },
    {
      path: '/accounts/new',
      name: 'account-new',
      component: () => import('./NewAccountPage.vue'),
      meta: { title: zh.accounts.new, permission: write },
    },
    {
      path: '/accounts/:id',
      name: 'account',
      component: () => import('./AccountPage.vue'),
      meta: { title: zh.accounts.title, permission },
    },
    {
      path: '/accounts/:id/edit',
      name: 'account-edit',
      component: () => import('./RecordEditPage.vue'),
      meta: { title: zh.register.form.title, permission: write },
    },
  ],
} satisfies ConsoleModule
