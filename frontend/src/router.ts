import type { Component, Ref } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { onMustChange } from '@/api/client'
import { onSignedOut } from '@/api/fetch'
import { zh } from '@/locales/zh-CN'
import { showProblem } from '@/setup/errors'
import { useSession } from '@/stores/session'

export type MenuGroup = keyof typeof zh.common.menu

/** One entry of the side menu; entries flagged `tab` stand in the bottom bar of a phone. */
export interface MenuEntry {
  group: MenuGroup
  order: number
  icon: Component
  label: string
  tab?: boolean
  /** A composable that counts what waits there; nothing is shown for 0. */
  badge?: () => Readonly<Ref<number | undefined>>
}

declare module 'vue-router' {
  interface RouteMeta {
    /** Title of the page, in the breadcrumb and the browser tab. */
    title?: string
    /** The permission that the page needs; without it the page is not shown in the menu either. */
    permission?: string
    menu?: MenuEntry
    /** The menu entry that the page belongs to, where its address does not stand below it. */
    under?: string
    /** Seen without a session. */
    public?: boolean
    /** The page stays where it is while only its filters change, because what they narrow stands far down. */
    keepScroll?: boolean
    /** `blank` pages have no header and no menu. */
    layout?: 'console' | 'blank'
  }
}

/** What a feature hands to the frame: `src/modules/<feature>/module.ts` exports one as default. */
export interface ConsoleModule {
  routes: RouteRecordRaw[]
}

const modules = import.meta.glob<{ default: ConsoleModule }>('./modules/*/module.ts', { eager: true })

const pages: RouteRecordRaw[] = [
  ...Object.values(modules).flatMap((module) => module.default.routes),
  { path: '/', name: 'home', component: () => import('@/pages/HomePage.vue'), meta: { title: zh.common.product } },
  {
    path: '/403',
    name: 'forbidden',
    component: () => import('@/pages/ForbiddenPage.vue'),
    meta: { title: zh.common.forbiddenTitle },
  },
  {
    path: '/:path(.*)*',
    name: 'not-found',
    component: () => import('@/pages/NotFoundPage.vue'),
    meta: { title: zh.common.notFoundTitle },
  },
]

/** Every page that has a menu entry, in the order of the menu; permission is checked by the reader. */
export const menuRoutes = pages
  .filter((route) => route.meta?.menu)
  .sort((a, b) => a.meta!.menu!.order - b.meta!.menu!.order)

const isBlank = (route: RouteRecordRaw) => route.meta?.layout === 'blank'

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (to, from, saved) => saved ?? (to.meta.keepScroll && to.path === from.path ? false : { top: 0 }),
  routes: [
    // The pages name their whole addresses. This parent has one that nobody asks for: a second '/' would hide the home page.
    { path: '/-', component: () => import('@/layouts/BlankLayout.vue'), children: pages.filter(isBlank) },
    {
      path: '/',
      component: () => import('@/layouts/ConsoleLayout.vue'),
      children: pages.filter((route) => !isBlank(route)),
    },
  ],
})

function signInAt(to: RouteLocationNormalized) {
  const query = to.fullPath === '/' ? {} : { return: to.fullPath }
  return { name: 'signin', query }
}

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.loaded) {
    try {
      await session.load()
    } catch (error) {
      showProblem(error)
    }
  }
  if (to.meta.public) return true
  if (!session.signedIn) return signInAt(to)
  if (session.mustChange) return to.name === 'password' || { name: 'password' }
  if (!session.can(to.meta.permission)) return { name: 'forbidden' }
  if (to.name !== 'home') return true
  const first = menuRoutes.find((route) => session.can(route.meta?.permission))
  return first ? { path: first.path } : true
})

router.afterEach((to) => {
  document.title = to.meta.title ? `${to.meta.title} - ${zh.common.product}` : zh.common.product
})

// Somebody with a first password signed in at another tab: the session that this tab knows is no longer the one in force.
onMustChange(async () => {
  try {
    await useSession().load()
    await router.push({ name: 'password' })
  } catch (error) {
    showProblem(error)
  }
})

onSignedOut(() => {
  const session = useSession()
  const wasSignedIn = session.signedIn
  session.forget()
  const here = router.currentRoute.value
  if (!wasSignedIn || here.meta.public) return
  void router.push({ name: 'signin', query: { return: here.fullPath, expired: '1' } })
})
