/** The server of an earlier release, asked by documents that every release answers. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Release 0.1.0 was made for Node 20: what newer ones lack comes in first. By `--require`, for threads know nothing of `--import`. */
const shim = fileURLToPath(new URL('../../src/model/network/removed-from-node.js', import.meta.url))

export interface Classified {
  readonly classLabel: string
  readonly scores: { readonly classLabel: string; readonly probability: number }[]
  readonly image: { readonly id: string } | null
}

export class OldServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly address: string,
    /** The end of what it said, errors among it. */
    readonly said: () => string,
  ) {}

  /** @throws Error with its last words when it ends before it serves */
  static start(code: string, settings: Record<string, string>): Promise<OldServer> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      cwd: code,
      env: { ...process.env, ...settings, PORT: '0', LOG_LEVEL: 'error', NODE_OPTIONS: `--require "${shim}"` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // It does not outlive us.
    process.once('exit', () => child.kill('SIGTERM'))
    return new Promise((resolve, reject) => {
      let said = ''
      const listen = (text: string) => {
        said = (said + text).slice(-10_000)
        const address = /serves at (http:\/\/\S+)/.exec(said)?.[1]
        if (address) resolve(new OldServer(child, address, () => said))
      }
      child.stdout.setEncoding('utf8').on('data', listen)
      child.stderr.setEncoding('utf8').on('data', listen)
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`The earlier release does not start:\n${said}`)))
    })
  }

  /** @throws Error with the server's own words */
  async ask<T>(query: string, variables: object = {}): Promise<T> {
    return this.send<T>({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
  }

  /** @param operation of those that take a photo: `classify`, or `sendToReview`, which keeps it whatever the model thinks of it */
  async classify(file: string, operation: 'classify' | 'sendToReview' = 'classify'): Promise<Classified> {
    const fields = 'classLabel scores { classLabel probability } image { id }'
    const query = `mutation ($image: Upload!) { answer: ${operation}(image: $image) { ${fields} } }`
    const body = new FormData()
    body.set('operations', JSON.stringify({ query, variables: { image: null } }))
    body.set('map', JSON.stringify({ photo: ['variables.image'] }))
    body.set('photo', new File([readFileSync(file)], path.basename(file), { type: 'image/jpeg' }))
    const { answer } = await this.send<{ answer: Classified }>({ headers: { 'graphql-preflight': '1' }, body })
    return answer
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit')
    if (this.child.exitCode !== null || !this.child.kill('SIGTERM')) return
    await ended
  }

  private async send<T>(request: RequestInit): Promise<T> {
    const response = await fetch(`${this.address}/graphql`, { method: 'POST', ...request })
    const { data, errors } = (await response.json()) as { data?: T; errors?: { message: string }[] }
    if (!data || errors) throw new Error(errors?.map(({ message }) => message).join('\n') ?? `HTTP ${response.status}`)
    return data
  }
}
