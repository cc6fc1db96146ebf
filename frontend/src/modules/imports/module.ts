import { Upload } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'account.write'

export default {
  routes: [
    {
      path: '/imports',
      name: 'imports',
      component: () => import('./ImportListPage.vue'),
      meta: {
        title: zh.imports.title,
        permission,
        menu: { group: 'register', order: 42, icon: Upload, label: zh.imports.title },
      },
    },
    {
      path: '/imports/new',
      name: 'import-new',
      component: () => import('./NewImportPage.vue'),
      meta: { title: zh.imports.new, permission },
    },
    {
      path: '/imports/:id',
      name: 'import',
      component: () => import('./ImportPage.vue'),
      meta: { title: zh.imports.title, permission },
    },
  ],
} satisfies ConsoleModule
