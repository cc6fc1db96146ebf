import { CircleClose, Connection, Files, Link } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'account.read'

export default {
  routes: [
    {
      path: '/applications',
      name: 'applications',
      component: () => import('./ApplicationListPage.vue'),
      meta: {
        title: zh.applications.title,
        permission,
        menu: { group: 'register', order: 41, icon: Files, label: zh.applications.title },
      },
    },
    {
      path: '/applications/new',
      name: 'application-new',
      component: () => import('./NewApplicationPage.vue'),
      meta: { title: zh.applications.new, permission: 'application.write' },
    },
    {
      path: '/applications/:id',
      name: 'application',
      component: () => import('./ApplicationPage.vue'),
      meta: { title: zh.applications.title, permission },
    },
    {
      path: '/registrations',
      name: 'registrations',
      component: () => import('./RegistrationListPage.vue'),
      meta: {
        title: zh.applications.registrations.title,
        permission,
        menu: { group: 'register', order: 43, icon: Link, label: zh.applications.registrations.title },
      },
    },
    {
      path: '/consolidation',
      name: 'consolidation',
      component: () => import('./CrowdListPage.vue'),
      meta: {
        title: zh.applications.crowds.title,
        permission,
        menu: { group: 'oversight', order: 57, icon: Connection, label: zh.applications.crowds.title },
      },
    },
    {
      path: '/violations',
      name: 'violations',
      component: () => import('./ViolationListPage.vue'),
      meta: {
        title: zh.applications.violations.title,
        permission,
        menu: { group: 'oversight', order: 58, icon: CircleClose, label: zh.applications.violations.title },
      },
    },
  ],
} satisfies ConsoleModule
