/** A WasteX of the demo's own: a free port, its own data, its own models. It outlives the demo. */
import { spawn } from 'node:child_process'
import { mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../tools/start.mjs', import.meta.url))
/** Milliseconds between looks at its output. */
const look = 50
const startMs = 60_000

export interface Server {
  /** http://host:port */
  address: string
  pid: number
  log: string
  /** From now on it does not end with this process. */
  leave(): void
}

/** @param folder everything it writes is below; photos may be imported from there */
export async function startServer(folder: string): Promise<Server> {
  const log = path.join(folder, 'server.log')
  await mkdir(folder, { recursive: true })
  // A file, not a pipe: a server whose listener has gone would die of its next word.
  const output = await open(log, 'w')
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...settings(folder) },
    stdio: ['ignore', output.fd, output.fd],
    detached: true,
  })
  await output.close()
  let problem: string | undefined
  child.once('error', (error) => (problem = error.message))
  child.once('exit', (code, signal) => (problem = `it ended (${code ?? signal})`))
  const stop = () => void (child.exitCode ?? child.kill('SIGTERM'))
  process.once('exit', stop)

  for (let waited = 0; waited < startMs; waited += look) {
    const said = await readFile(log, 'utf8')
    const address = /http:\/\/\S+/.exec(said)?.[0]
    if (address && child.pid !== undefined) {
      return {
        address,
        pid: child.pid,
        log,
        leave: () => {
          process.off('exit', stop)
          child.unref()
        },
      }
    }
    if (problem) throw new Error(`The server did not start: ${problem}. It said:\n${said}`)
    await pause(look)
  }
  stop()
  throw new Error(`The server did not start within ${startMs / 1000} s; see ${log}.`)
}

const settings = (folder: string) => ({
  HOST: '127.0.0.1',
  PORT: '0',
  DATABASE_URL: '',
  WASTEX_DATA: path.join(folder, 'data'),
  WASTEX_MODELS: path.join(folder, 'models'),
  WASTEX_DATASETS: path.join(folder, 'datasets'),
  WASTEX_IMPORT_ROOTS: folder,
  LOG_LEVEL: 'warn',
})
