import { zh } from '@/locales/zh-CN'
import type { ConsoleModule } from '@/router'

// Without the frame: while the password must be changed, the menu could only lead to refusals.
export default {
  routes: [
    {
      path: '/password',
      name: 'password',
      component: () => import('./PasswordPage.vue'),
      meta: { title: zh.password.title, layout: 'blank' },
    },
  ],
} satisfies ConsoleModule
