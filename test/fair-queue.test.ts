/** Who goes first when many wait. The work here is a number: what is tested is the order. */
import { describe, expect, it } from 'vitest'
import { FairQueue } from '../src/fair-queue.js'

/** Milliseconds of each call. */
const ms = 10

/** One call after another is done; each client keeps so many waiting. @returns how many calls of each were done */
function served(clients: Readonly<Record<string, number>>, calls: number, msOf = (_client: string) => ms) {
  const queue = new FairQueue<string>(ms, 'millisecond')
  const done: Record<string, number> = {}
  for (const [client, many] of Object.entries(clients)) for (let i = 0; i < many; i++) queue.push(client, client)
  for (let i = 0; i < calls; i++) {
    const { item: client, ended } = queue.take() ?? { item: '', ended: () => undefined }
    done[client] = (done[client] ?? 0) + 1
    ended(msOf(client))
    queue.push(client, client)
  }
  return done
}

describe('a fair queue', () => {
  it('gives clients that have always something waiting the same, however much waits', () => {
    const done = served({ a: 2, b: 50, c: 10 }, 300)
    for (const client of ['a', 'b', 'c']) expect(done[client]).toBeCloseTo(100, -1)
  })

  it('does the calls of equals in the order in which they came, whatever each of them takes', () => {
    const queue = new FairQueue<string>(ms, 'call')
    const clients = Array.from({ length: 8 }, (_, i) => `client ${i}`)
    for (const client of clients) queue.push(client, client)
    for (let turn = 0; turn < 80; turn++) {
      const { item, ended } = queue.take() ?? { item: '', ended: () => undefined }
      expect(item).toBe(clients[turn % 8])
      ended(ms * (1 + (turn % 3)))
      queue.push(item, item)
    }
  })

  it('counts work and not calls', () => {
    const done = served({ large: 5, small: 5 }, 400, (client) => (client === 'large' ? 3 * ms : ms))
    expect((done['small'] ?? 0) / (done['large'] ?? 1)).toBeCloseTo(3, 0)
  })

  it('lets a single call of a client go before the fifty of another', () => {
    const queue = new FairQueue<string>(ms, 'millisecond')
    for (let i = 0; i < 50; i++) queue.push('heavy', 'heavy')
    for (let i = 0; i < 7; i++) queue.take()?.ended(ms)
    queue.push('light', 'light')
    expect(queue.take()?.item).toBe('light')
  })

  it('lets somebody who sends one after another wait for two turns at most, beside thirty-two who send as fast as they can', () => {
    const queue = new FairQueue<string>(ms, 'millisecond')
    const heavy = Array.from({ length: 32 }, (_, i) => `heavy ${i}`)
    for (const client of heavy) for (let i = 0; i < 4; i++) queue.push(client, client)
    const waits: number[] = []
    let since: number | undefined
    for (let turn = 0; turn < 1_000; turn++) {
      // Two turns after its last answer it sends the next.
      if (since === undefined && turn % 4 === 0) {
        queue.push('light', 'light')
        since = turn
      }
      const { item, ended } = queue.take() ?? { item: '', ended: () => undefined }
      ended(ms)
      if (item === 'light') {
        waits.push(turn - (since ?? turn))
        since = undefined
      } else queue.push(item, item)
    }
    expect(waits.length).toBeGreaterThan(200)
    expect(Math.max(...waits)).toBeLessThanOrEqual(2)
  })

  it('gives one that sends much its equal share beside many who send one after another', () => {
    const queue = new FairQueue<string>(ms, 'millisecond')
    for (let i = 0; i < 8; i++) queue.push('heavy', 'heavy')
    const single = Array.from({ length: 9 }, (_, i) => `single ${i}`)
    for (const client of single) queue.push(client, client)
    const done = new Map<string, number>()
    for (let turn = 0; turn < 1_000; turn++) {
      const { item, ended } = queue.take() ?? { item: '', ended: () => undefined }
      ended(ms)
      done.set(item, (done.get(item) ?? 0) + 1)
      queue.push(item, item)
    }
    expect(done.get('heavy')).toBeGreaterThan(80)
    for (const client of single) expect(done.get(client)).toBeGreaterThan(80)
  })

  it('does not count what was used before all rested', () => {
    const queue = new FairQueue<string>(ms, 'millisecond')
    for (let i = 0; i < 100; i++) {
      queue.push('before', 'before')
      queue.take()?.ended(ms)
    }
    queue.push('before', 'before')
    queue.push('new', 'new')
    expect([queue.take()?.item, queue.take()?.item]).toEqual(['before', 'new'])
  })

  it('has room for a client that has less waiting than another, and takes it from the one that has most', () => {
    const queue = new FairQueue<string>(ms, 'millisecond')
    for (let i = 0; i < 6; i++) queue.push('much', `much ${i}`)
    for (let i = 0; i < 2; i++) queue.push('some', `some ${i}`)
    const most = 8
    expect(['much', 'some', 'new'].map((client) => queue.isFullFor(client, most))).toEqual([true, false, false])
    expect(queue.giveWayTo('new')).toBe('much 5')
    expect(queue.length).toBe(7)
    expect(queue.giveWayTo('much')).toBeUndefined()
  })

  it('has none when each has one waiting', () => {
    const queue = new FairQueue<string>(ms, 'millisecond')
    for (const client of ['a', 'b', 'c']) queue.push(client, client)
    expect(queue.isFullFor('d', 3)).toBe(true)
    expect(queue.giveWayTo('d')).toBeUndefined()
  })
})
