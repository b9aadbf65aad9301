/** The product itself in a process of its own: to be killed, to be stopped, or to be refused a start. */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export class ServerProcess {
  readonly ended: Promise<Ended>
  private stdout = ''
  private stderr = ''
  private readonly child: ChildProcess

  /** @param settings environment beside what any server of a test has */
  constructor(settings: Readonly<Record<string, string>>, nodeOptions: readonly string[] = []) {
    const program = path.join(process.env['WASTEX_TEST_BUILD'] ?? path.join(root, 'dist'), 'main.js')
    this.child = spawn(process.execPath, [...nodeOptions, program], {
      cwd: root,
      env: { ...process.env, PORT: '0', LOG_LEVEL: 'silent', ...settings },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr })),
    )
  }

  /** All that it has logged so far. */
  get log(): string {
    return this.stderr
  }

  get pid(): number {
    return this.child.pid ?? Number.NaN
  }

  /** @returns where it serves. @throws Error with its last words when it ends before */
  async address(): Promise<string> {
    return (await this.said(/serves at (http:\/\/\S+)/))[1] ?? ''
  }

  /** Waits until it has said so on standard output. @throws Error with its last words when it ends before */
  async said(words: RegExp): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const match = words.exec(this.stdout)
        if (!match) return
        this.child.stdout?.off('data', look)
        resolve(match)
      }
      this.child.stdout?.on('data', look)
      look()
    })
    const refused = this.ended.then(({ code, stderr }) => {
      throw new Error(`the server ended (${code}): ${stderr}`)
    })
    return Promise.race([found, refused])
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  async kill(): Promise<Ended> {
    this.child.kill('SIGKILL')
    return this.ended
  }
}
