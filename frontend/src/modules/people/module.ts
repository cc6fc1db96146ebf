import { Stamp, Switch, User } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'unit.read'

export default {
  routes: [
    {
      path: '/people',
      name: 'people',
      component: () => import('./PeopleListPage.vue'),
      meta: { title: zh.people.title, permission, menu: { group: 'register', order: 45, icon: User, label: zh.people.title } },
    },
    {
      path: '/people/:id',
      name: 'person',
      component: () => import('./PersonPage.vue'),
      meta: { title: zh.people.one, permission },
    },
    {
      path: '/handovers',
      name: 'handovers',
      component: () => import('./HandoverListPage.vue'),
      meta: {
        title: zh.people.handovers.title,
        permission,
        menu: { group: 'register', order: 46, icon: Switch, label: zh.people.handovers.title },
      },
    },
    {
      path: '/handovers/:id',
      name: 'handover',
      component: () => import('./HandoverPage.vue'),
      meta: { title: zh.people.handovers.title, permission },
    },
    {
      path: '/staff-filings',
      name: 'staff-filings',
      component: () => import('./FilingListPage.vue'),
      meta: {
        title: zh.people.filings.title,
        permission: 'application.write',
        menu: { group: 'register', order: 47, icon: Stamp, label: zh.people.filings.title },
      },
    },
  ],
} satisfies ConsoleModule
