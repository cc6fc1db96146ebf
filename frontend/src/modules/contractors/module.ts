import { Suitcase } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'unit.read'

export default {
  routes: [
    {
      path: '/contractors',
      name: 'contractors',
      component: () => import('./ContractorListPage.vue'),
      meta: { title: zh.contractors.title, permission, menu: { group: 'register', order: 48, icon: Suitcase, label: zh.contractors.title } },
    },
    {
      path: '/contractors/:id',
      name: 'contractor',
      component: () => import('./ContractorPage.vue'),
      meta: { title: zh.contractors.one, permission },
    },
  ],
} satisfies ConsoleModule
