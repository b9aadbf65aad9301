/** A connection whose client reads slowly, or not at all. */
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { hangUpWhenStalled } from '../src/api/stalled-readers.js'
import { createLog } from '../src/log.js'

const open: { close(): void }[] = []
afterEach(() => open.splice(0).forEach((one) => one.close()))

/** Both ends of a connection that is watched. */
async function watched(stalledMs: number): Promise<{ line: net.Socket; client: net.Socket }> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connected = once(server, 'connection')
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  const [line] = (await connected) as [net.Socket]
  for (const socket of [line, client]) socket.on('error', () => undefined)
  open.push({ close: () => (client.destroy(), line.destroy(), server.close()) })
  hangUpWhenStalled(line, stalledMs, createLog('silent'))
  return { line, client }
}

describe('a client', () => {
  it('that takes nothing is hung up on', async () => {
    const { line, client } = await watched(200)
    client.pause()
    const began = performance.now()
    line.write(Buffer.alloc(32 * 1024 * 1024))
    await once(line, 'close')
    expect(performance.now() - began).toBeGreaterThan(190)
  })

  it('that takes a little at a time of one large answer is slow, and stays', async () => {
    const { line, client } = await watched(500)
    const bytes = 30 * 1024 * 1024
    line.end(Buffer.alloc(bytes))
    const began = performance.now()
    let taken = 0
    for await (const chunk of client as AsyncIterable<Buffer>) {
      taken += chunk.length
      await wait(4)
    }
    expect(taken).toBe(bytes)
    expect(performance.now() - began).toBeGreaterThan(1_000)
  })
})
