import { Reading } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

const permission = 'rule.read'

export default {
  routes: [
    {
      path: '/rulebooks',
      name: 'rulebooks',
      component: () => import('./RulebookListPage.vue'),
      meta: {
        title: zh.rulebooks.title,
        permission,
        menu: { group: 'oversight', order: 60, icon: Reading, label: zh.rulebooks.title },
      },
    },
    {
      path: '/rulebooks/choices',
      name: 'rule-choices',
      component: () => import('./ChoiceListPage.vue'),
      meta: { title: zh.rulebooks.choices.title, permission },
    },
    {
      path: '/rulebooks/:id',
      name: 'rulebook',
      component: () => import('./RulebookPage.vue'),
      meta: { title: zh.rulebooks.title, permission, keepScroll: true },
    },
  ],
} satisfies ConsoleModule
