import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { watchConnection } from './composables/connection'
import { dropOldDrafts } from './composables/draft'
import { router } from './router'
import { showProblem } from './setup/errors'
import { queryOptions } from './setup/query'
import 'element-plus/es/components/base/style/css'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/message-box/style/css'
import 'element-plus/es/components/notification/style/css'
import './styles/theme.css'
import './styles/console.css'

const app = createApp(App)
app.use(createPinia())
app.use(VueQueryPlugin, queryOptions)
app.use(router)
app.config.errorHandler = (error) => {
  showProblem(error)
  // A person sees a sentence; whoever looks into the browser's console needs the cause.
  globalThis.reportError(error)
}

watchConnection()
dropOldDrafts(Date.now())
app.mount('#app')
