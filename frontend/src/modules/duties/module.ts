import { AlarmClock, List, RefreshRight, UserFilled } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'dashboard.read'

export default {
  routes: [
    {
      path: '/matters',
      name: 'matters',
      component: () => import('./MatterListPage.vue'),
      meta: {
        title: zh.duties.matters,
        permission,
        menu: { group: 'oversight', order: 52, icon: AlarmClock, label: zh.duties.matters },
      },
    },
    {
      path: '/matters/:id',
      name: 'matter',
      component: () => import('./MatterPage.vue'),
      meta: { title: zh.duties.matters, permission },
    },
    {
      path: '/periods',
      name: 'periods',
      component: () => import('./PeriodsPage.vue'),
      meta: {
        title: zh.duties.periods,
        permission,
        menu: { group: 'oversight', order: 53, icon: RefreshRight, label: zh.duties.periods },
      },
    },
    {
      path: '/roster',
      name: 'roster',
      component: () => import('./RosterPage.vue'),
      meta: {
        title: zh.duties.roster,
        permission,
        menu: { group: 'oversight', order: 54, icon: UserFilled, label: zh.duties.roster },
      },
    },
    {
      path: '/thursday',
      name: 'thursday',
      component: () => import('./ThursdayPage.vue'),
      meta: {
        title: zh.duties.thursday,
        permission,
        menu: { group: 'oversight', order: 55, icon: List, label: zh.duties.thursday },
      },
    },
  ],
} satisfies ConsoleModule
