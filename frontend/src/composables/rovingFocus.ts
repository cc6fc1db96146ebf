import { onMounted, onUpdated, type Ref } from 'vue'

/**
 * useRovingFocus makes a toolbar one stop of the Tab key: the arrow keys, Home and End move among its elements
 * marked `data-tool`, and the one used last is where Tab comes back to.
 */
export function useRovingFocus(root: Ref<HTMLElement | null>) {
  const tools = () => [...(root.value?.querySelectorAll<HTMLElement>('[data-tool]') ?? [])]

  function makeStop(stop: HTMLElement | undefined): void {
    for (const tool of tools()) tool.tabIndex = tool === stop ? 0 : -1
  }

  function ensureStop(): void {
    const all = tools()
    if (!all.some((tool) => tool.tabIndex === 0)) makeStop(all[0])
  }

  function onFocusin(event: FocusEvent): void {
    const target = event.target as HTMLElement
    if (target.matches('[data-tool]')) makeStop(target)
  }

  function onKeydown(event: KeyboardEvent): void {
    const all = tools()
    const at = all.indexOf(event.target as HTMLElement)
    if (at < 0) return
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    all[(next + all.length) % all.length]?.focus()
  }

  onMounted(ensureStop)
  onUpdated(ensureStop)
  return { onFocusin, onKeydown }
}
