import { Calendar } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'rule.read'

export default {
  routes: [
    {
      path: '/calendar',
      name: 'calendar',
      component: () => import('./CalendarPage.vue'),
      meta: {
        title: zh.calendar.title,
        permission,
        menu: { group: 'oversight', order: 70, icon: Calendar, label: zh.calendar.title },
      },
    },
    {
      path: '/calendar/new',
      name: 'calendar-new',
      component: () => import('./YearEditPage.vue'),
      meta: { title: zh.calendar.edit.newTitle, permission: 'rule.write' },
    },
    {
      path: '/calendar/:year(\\d{4})/edit',
      name: 'calendar-edit',
      component: () => import('./YearEditPage.vue'),
      meta: { title: zh.calendar.correct, permission: 'rule.write' },
    },
  ],
} satisfies ConsoleModule
