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

// Below the ports that the kernel gives to clients, so that one that is free now is not somebody's connection a moment later.
let nextPort = 11_000 + Math.floor(Math.random() * 8_000)

async function freePort() {
  for (;;) {
    const port = nextPort++
    if (await listens(port)) return port
  }
}

function listens(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/**
 * Starts `govmedia demo` and resolves once it is ready: its address, a stop that waits for the end, and a move of its clock,
 * for which it is started again on the same data; whoever was signed in signs in again.
 */
export async function startProgram() {
  const data = mkdtempSync(join(tmpdir(), 'govmedia-walk-'))
  const [port, stand, control] = [await freePort(), await freePort(), await freePort()]
  const settings = {
    PATH: process.env.PATH,
    GOVMEDIA_DATA: data,
    GOVMEDIA_LISTEN: `127.0.0.1:${port}`,
    GOVMEDIA_SANDBOX_LISTEN: `127.0.0.1:${stand}`,
    GOVMEDIA_SANDBOX_CONTROL: `127.0.0.1:${control}`,
    GOVMEDIA_HURRY: '20',
  }
  const base = `http://127.0.0.1:${port}`
  let printed = ''
  const print = (chunk) => (printed += chunk)
  let running = await begin(settings, base, print, () => printed)
  return {
    base,
    platforms: `http://127.0.0.1:${stand}`,
    printed: () => printed,
    /** Lets the program's clock run so many minutes before the machine's. */
    ahead: async (minutes) => {
      await running.end()
      running = await begin({ ...settings, GOVMEDIA_DEMO_AHEAD: `${minutes}m` }, base, print, () => printed)
    },
    stop: async () => {
      await running.end()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

async function begin(env, base, print, printed) {
  const child = spawn(binary, ['demo'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.on('data', print)
  child.stderr.on('data', print)
  let ended = false
  const end = new Promise((resolve) => child.once('exit', resolve)).then(() => (ended = true))
  const deadline = Date.now() + 60_000
  for (;;) {
    const answer = await fetch(`${base}/readyz`).catch(() => null)
    if (answer?.ok) break
    if (ended || Date.now() > deadline) throw new Error(`the program did not become ready:\n${printed()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    end: async () => {
      child.kill('SIGTERM')
      await end
    },
  }
}
