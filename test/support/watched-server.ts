/** A server of a test, and the connections of its own end: what no client can see. */
import http from 'node:http'
import type { Socket } from 'node:net'
import { vi } from 'vitest'
import { startTestServer, type TestServer } from './server.js'
import { until } from './until.js'

export interface WatchedServer extends TestServer {
  readonly inside: http.Server
  /** The server's end of a client's connection. */
  lineOf(client: Socket): Promise<Socket>
}

export async function startWatchedServer(settings: Record<string, string> = {}): Promise<WatchedServer> {
  const made = vi.spyOn(http, 'createServer')
  const server = await startTestServer(settings)
  const inside = made.mock.results[0]?.value as http.Server
  made.mockRestore()
  const lines = new Map<number | undefined, Socket>()
  inside.on('connection', (line) => lines.set(line.remotePort, line))
  return {
    ...server,
    inside,
    async lineOf(client) {
      await until(() => lines.has(client.localPort)) // a client may know of its connection sooner
      return lines.get(client.localPort) as Socket
    },
  }
}

/** With an error or without: either way it is over. */
export const over = (line: Socket): Promise<void> =>
  new Promise((resolve) => (line.closed ? resolve() : line.once('close', () => resolve())))

/** What a gauge of this process shows. */
export const shown = async (gauge: { get(): Promise<{ values: { value: number }[] }> }): Promise<number> =>
  (await gauge.get()).values[0]?.value ?? 0
