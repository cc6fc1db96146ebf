import { Notification } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'account.read'

// The addresses below /notices are the public pages, which the server makes without the console.
export default {
  routes: [
    {
      path: '/public-notices',
      name: 'notices',
      component: () => import('./NoticeListPage.vue'),
      meta: { title: zh.notices.title, permission, menu: { group: 'register', order: 42, icon: Notification, label: zh.notices.title } },
    },
    {
      path: '/public-notices/new',
      name: 'notice-new',
      component: () => import('./NewNoticePage.vue'),
      meta: { title: zh.notices.new, permission: 'notice.write' },
    },
    {
      path: '/public-notices/:id',
      name: 'notice',
      component: () => import('./NoticePage.vue'),
      meta: { title: zh.notices.title, permission },
    },
    {
      path: '/public-notices/:id/edit',
      name: 'notice-edit',
      component: () => import('./NoticeEditPage.vue'),
      meta: { title: zh.notices.edit, permission: 'notice.write' },
    },
  ],
} satisfies ConsoleModule
