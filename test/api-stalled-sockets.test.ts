import { EventEmitter, once } from 'node:events'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { closeWhenStalled } from '../src/api/stalled-sockets.js'
import { createLog } from '../src/log.js'

/** A socket and its line as far as the watch looks at them: how much is unsent, and how much was taken. */
function watched(limits: { stalledMs: number; unsentBytes: number }) {
  const emitter = new EventEmitter()
  const socket = Object.assign(emitter, {
    bufferedAmount: 0,
    terminated: false,
    terminate() {
      socket.terminated = true
      emitter.emit('close')
    },
  })
  const line = { bytesWritten: 0, writableLength: 0 }
  closeWhenStalled(socket as unknown as WebSocket, line as unknown as Duplex, limits, createLog('silent'))
  return { socket, line }
}

describe('a socket', () => {
  it('of which too much is unsent is closed, however fast it reads', async () => {
    const { socket } = watched({ stalledMs: 40, unsentBytes: 100 })
    socket.bufferedAmount = 101
    await once(socket, 'close')
    expect(socket.terminated).toBe(true)
  })

  it('that takes a little now and then is slow, and stays; one that takes nothing goes', async () => {
    const { socket, line } = watched({ stalledMs: 200, unsentBytes: 1_000 })
    socket.bufferedAmount = 500
    for (let i = 0; i < 20; i++) {
      line.bytesWritten += 1
      await wait(25)
    }
    expect(socket.terminated).toBe(false)
    await once(socket, 'close')
    expect(socket.terminated).toBe(true)
  })
})
