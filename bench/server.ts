/** The product in a process of its own, as `npm start` starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const probe = new URL('probe.mjs', import.meta.url).href

export interface Vitals {
  eventLoopP99Ms: number
  /** Bytes. */
  rss: number
}

export class Server {
  private constructor(
    /** http://host:port */
    readonly address: string,
    readonly process: ChildProcess,
  ) {}

  /** @param settings environment */
  static async start(folder: string, settings: Record<string, string>): Promise<Server> {
    await mkdir(folder, { recursive: true })
    const log = path.join(folder, `server-${Date.now()}.log`)
    const output = await open(log, 'w')
    const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      scripts: { start: string }
    }
    // Its shell becomes the server (`exec`): signals and the channel to the probe are the server's.
    const child = spawn(scripts.start, {
      shell: true,
      cwd: root,
      env: {
        ...process.env,
        NODE_OPTIONS: `--import ${probe}`,
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'warn',
        ...settings,
      },
      stdio: ['ignore', output.fd, output.fd, 'ipc'],
    })
    await output.close()
    for (;;) {
      const said = await readFile(log, 'utf8')
      const address = /http:\/\/\S+/.exec(said)?.[0]
      if (address) return new Server(address, child)
      if (child.exitCode !== null) throw new Error(`The server did not start:\n${said}`)
      await pause(5)
    }
  }

  /** Of the server's process; `reset` begins to count anew. */
  async vitals(question: 'read' | 'reset' = 'read'): Promise<Vitals> {
    const answer = once(this.process, 'message') as Promise<[Vitals]>
    this.process.send(question)
    return (await answer)[0]
  }

  /** Bytes: the most that the process has had in memory at once. Linux. */
  async peakRss(): Promise<number> {
    const status = await readFile(`/proc/${this.process.pid}/status`, 'utf8')
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN)
  }

  async stop(): Promise<void> {
    const gone = once(this.process, 'exit')
    this.process.kill('SIGTERM')
    await gone
  }
}
