import { QuestionFilled, View } from '@element-plus/icons-vue'
import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'
import { useQuestionCount } from './queries'

export default {
  routes: [
    {
      path: '/sources',
      name: 'sources',
      component: () => import('./SourceListPage.vue'),
      meta: {
        title: zh.observing.title,
        permission: 'account.read',
        menu: { group: 'oversight', order: 59, icon: View, label: zh.observing.title },
      },
    },
    {
      path: '/post-questions',
      name: 'post-questions',
      component: () => import('./QuestionListPage.vue'),
      meta: {
        title: zh.observing.questions.title,
        permission: 'account.read',
        menu: { group: 'oversight', order: 59, icon: QuestionFilled, label: zh.observing.questions.title, badge: useQuestionCount },
      },
    },
  ],
} satisfies ConsoleModule
