// Starts the real program with the stand-in platforms, in a folder of its own and on free ports, for the walks.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const binary = process.env.WALK_BINARY ?? join(root, 'bin', 'govmedia')
export const regulation = join(root, 'articles', 'testdata', 'tongnan-2022.txt')

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Starts `govmedia demo` and resolves once it is ready: its address, and a stop that waits for the end. */
export async function startProgram() {
  const data = mkdtempSync(join(tmpdir(), 'govmedia-walk-'))
  const [port, stand, control] = [await freePort(), await freePort(), await freePort()]
  const child = spawn(binary, ['demo'], {
    env: {
      PATH: process.env.PATH,
      GOVMEDIA_DATA: data,
      GOVMEDIA_LISTEN: `127.0.0.1:${port}`,
      GOVMEDIA_SANDBOX_LISTEN: `127.0.0.1:${stand}`,
      GOVMEDIA_SANDBOX_CONTROL: `127.0.0.1:${control}`,
      GOVMEDIA_HURRY: '20',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  child.stdout.on('data', (chunk) => (printed += chunk))
  child.stderr.on('data', (chunk) => (printed += chunk))
  let ended = false
  const end = new Promise((resolve) => child.once('exit', resolve)).then(() => (ended = true))
  const base = `http://127.0.0.1:${port}`
  const deadline = Date.now() + 60_000
  for (;;) {
    const answer = await fetch(`${base}/readyz`).catch(() => null)
    if (answer?.ok) break
    if (ended || Date.now() > deadline) throw new Error(`the program did not become ready:\n${printed}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    base,
    platforms: `http://127.0.0.1:${stand}`,
    printed: () => printed,
    stop: async () => {
      child.kill('SIGTERM')
      await end
      rmSync(data, { recursive: true, force: true })
    },
  }
}
