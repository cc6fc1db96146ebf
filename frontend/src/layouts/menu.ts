import { computed, type Component, type ComputedRef, type Ref } from 'vue'
import type { RouteLocationNormalizedLoaded } from 'vue-router'
import { zh } from '@/locales/zh-CN'
import { menuRoutes, type MenuGroup } from '@/router'
import { useSession } from '@/stores/session'

export interface MenuItem {
  path: string
  label: string
  icon: Component
  group: MenuGroup
  tab: boolean
  badge: Readonly<Ref<number | undefined>> | undefined
}

const tabCount = 4

/** Whether a page stands at a menu entry or below it, as an article does below the list of articles. */
export function isWithin(page: Pick<RouteLocationNormalizedLoaded, 'path' | 'meta'>, entry: string): boolean {
  const place = page.meta.under ?? page.path
  return place === entry || place.startsWith(`${entry}/`)
}

export interface Menu {
  /** Groups in their order, empty ones left out. */
  groups: ComputedRef<{ key: MenuGroup; label: string; items: MenuItem[] }[]>
  /** At most four entries for the bottom bar of a phone. */
  tabs: ComputedRef<MenuItem[]>
}

/** useMenu gives the entries that the person may see. Call it in the setup of a component, once. */
export function useMenu(): Menu {
  const session = useSession()
  // A badge asks the server, so only those of visible entries are started.
  const counts = new Map(
    menuRoutes
      .filter((route) => session.can(route.meta?.permission))
      .map((route) => [route.path, route.meta?.menu?.badge?.()] as const),
  )

  const items = computed<MenuItem[]>(() =>
    menuRoutes
      .filter((route) => session.can(route.meta?.permission))
      .map((route) => {
        const { group, icon, label, tab = false } = route.meta!.menu!
        return { path: route.path, label, icon, group, tab, badge: counts.get(route.path) }
      }),
  )

  const groups = computed(() =>
    (Object.keys(zh.common.menu) as MenuGroup[])
      .map((key) => ({
        key,
        label: zh.common.menu[key],
        items: items.value.filter((item) => item.group === key),
      }))
      .filter((group) => group.items.length > 0),
  )

  const tabs = computed(() => {
    const flagged = items.value.filter((item) => item.tab)
    return (flagged.length > 0 ? flagged : items.value).slice(0, tabCount)
  })

  return { groups, tabs }
}
