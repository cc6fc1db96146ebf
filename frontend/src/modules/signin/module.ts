import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

export default {
  routes: [
    {
      path: '/signin',
      name: 'signin',
      component: () => import('./SignInPage.vue'),
      meta: { title: zh.signin.title, public: true, layout: 'blank' },
    },
  ],
} satisfies ConsoleModule
