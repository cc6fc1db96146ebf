import { defineConfig, mergeConfig } from 'vitest/config'
import viteConfig from './vite.config.ts'

export default mergeConfig(
  viteConfig,
  defineConfig({
    test: {
      environment: 'jsdom',
      include: ['src/**/*.spec.ts'],
      setupFiles: ['./vitest.setup.ts'],
      restoreMocks: true,
      // The files share one jsdom and what they import: a fifth of the time. What a file leaves behind is cleared after it.
      isolate: false,
      pool: 'threads',
      // The machines that run this are shared; a slow minute is no failure.
      testTimeout: 20_000,
      hookTimeout: 20_000,
      css: false,
      server: { deps: { inline: ['element-plus'] } },
    },
  }),
)
