import { ref, watch, type Ref } from 'vue'
import { useRoute } from 'vue-router'
import { zh } from '@/locales/zh-CN'

const override = ref('')

/** The title that the open page has set for itself; empty when the route's own title stands. */
export const pageTitle: Readonly<Ref<string>> = override

/** usePageTitle names the page after what it shows, such as the title of an article. */
export function usePageTitle(title: () => string | undefined): void {
  const route = useRoute()
  const path = route.path
  watch(
    title,
    (value) => {
      if (route.path !== path) return
      override.value = value ?? ''
      document.title = `${value || route.meta.title || ''} - ${zh.common.product}`
    },
    { immediate: true },
  )
}

/** Called by the router's layout when another page opens. */
export function resetPageTitle(): void {
  override.value = ''
}
