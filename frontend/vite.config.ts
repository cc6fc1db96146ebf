import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const backend = 'http://127.0.0.1:8080'

/**
 * elementStyles adds the style sheet of every Element Plus component that a file imports by name,
 * so that a page carries the styles of what it uses and nobody keeps a list.
 */
function elementStyles(): Plugin {
  const kebab = (name: string) => name.replace(/\B[A-Z]/g, (c) => `-${c}`).toLowerCase()
  const sheet = (name: string) => `element-plus/es/components/${kebab(name)}/style/css`
  const exists = (path: string) =>
    existsSync(fileURLToPath(new URL(`./node_modules/${path}.mjs`, import.meta.url)))

  return {
    name: 'element-styles',
    transform(code, id) {
      if (id.includes('/node_modules/') || !/\.(vue|ts)($|\?)/.test(id)) return null
      const names = [...code.matchAll(/import\s*\{([^}]+)\}\s*from\s*['"]element-plus['"]/g)]
        .flatMap((match) => match[1].split(','))
        .map((part) => part.trim().split(/\s+as\s+/)[0])
        .filter((name) => /^El[A-Z]/.test(name))
        .map((name) => sheet(name.slice(2)))
        .filter(exists)
      if (names.length === 0) return null
      return { code: code + names.map((path) => `\nimport '${path}'`).join(''), map: null }
    },
  }
}

/** keepPlaceholder puts back dist/.gitkeep, which the Go build embeds before the console is built. */
function keepPlaceholder(): Plugin {
  return {
    name: 'keep-placeholder',
    apply: 'build',
    closeBundle() {
      writeFileSync(fileURLToPath(new URL('./dist/.gitkeep', import.meta.url)), '')
    },
  }
}

export default defineConfig({
  plugins: [vue(), process.env.VITEST ? null : elementStyles(), keepPlaceholder()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    // Browsers of office desktops lag behind; this is what their Chromium forks can read.
    target: ['chrome100', 'firefox101', 'safari16.4'],
    // The console runs under default-src 'self' with style-src-attr 'unsafe-inline' (articles carry their alignment
    // in style attributes): no inline script, no eval, no data: file.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': backend, '/media': backend, '^/(p|public|notices|directory|check)([/?.]|$)': backend },
  },
  preview: { host: '127.0.0.1' },
})
