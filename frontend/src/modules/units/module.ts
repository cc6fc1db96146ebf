import { OfficeBuilding, Opportunity } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'unit.read'

export default {
  routes: [
    {
      path: '/units',
      name: 'units',
      component: () => import('./UnitListPage.vue'),
      meta: { title: zh.units.title, permission, menu: { group: 'register', order: 44, icon: OfficeBuilding, label: zh.units.title } },
    },
    {
      path: '/units/:id',
      name: 'unit',
      component: () => import('./UnitPage.vue'),
      meta: { title: zh.units.title, permission },
    },
    {
      path: '/vacancies',
      name: 'vacancies',
      component: () => import('./VacancyListPage.vue'),
      meta: {
        title: zh.units.vacancies.title,
        permission,
        menu: { group: 'register', order: 49, icon: Opportunity, label: zh.units.vacancies.title },
      },
    },
  ],
} satisfies ConsoleModule
