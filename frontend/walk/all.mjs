// Runs the walks that are named, or those of every test run, three at a time: each starts a program and a browser of its own and waits for most of its life. What a walk
// printed is shown when it has ended; the first that fails lets the others end and fails the whole.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const named = process.argv.slice(2)
const walks = named.length > 0 ? named : ['main-job', 'register', 'duties', 'channels', 'rules'] // the longest first; the others are for the soak
const atOnce = 3

function run(name) {
  return new Promise((resolve) => {
    const began = Date.now()
    const child = spawn(process.execPath, [join(dirname(fileURLToPath(import.meta.url)), `${name}.mjs`)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    child.stdout.on('data', (chunk) => (printed += chunk))
    child.stderr.on('data', (chunk) => (printed += chunk))
    child.once('exit', (code) => {
      console.log(`== ${name}: ${code === 0 ? 'passed' : 'FAILED'} after ${Math.round((Date.now() - began) / 1000)} s\n${printed}`)
      resolve(code === 0)
    })
  })
}

let good = true
async function walkOn() {
  for (let name = walks.shift(); name; name = walks.shift()) good = (await run(name)) && good
}

await Promise.all(Array.from({ length: atOnce }, walkOn))
process.exitCode = good ? 0 : 1
