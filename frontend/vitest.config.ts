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
      css: false,
      server: { deps: { inline: ['element-plus'] } },
    },
  }),
)
