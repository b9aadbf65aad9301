/** Many want their photo decoded at once. */
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { DecodingPool, type Lane } from '../src/photos/decoding-pool.js'

function pool(limits: Partial<ConstructorParameters<typeof DecodingPool>[0]> = {}) {
  const own = new DecodingPool({ atOnce: 1, waiting: 2, decodeMs: 10_000, ...limits })
  const begun: string[] = []
  const ends: (() => void)[] = []
  const want = (name: string, lane: Lane) =>
    own.run(lane, async () => {
      begun.push(name)
      await new Promise<void>((resolve) => ends.push(resolve))
      return name
    })
  const endOne = async () => {
    ends.shift()?.()
    await wait(0)
  }
  return { own, begun, want, endOne }
}

describe('decoding', () => {
  it('is done for so many at once; phones come first, whoever asked before', async () => {
    const { begun, want, endOne } = pool()
    const all = [
      want('import 1', 'house'),
      want('import 2', 'house'),
      want('phone 1', 'phone'),
      want('phone 2', 'phone'),
    ]
    await wait(0)
    expect(begun).toEqual(['import 1'])
    for (let i = 0; i < 4; i++) await endOne()
    expect(begun).toEqual(['import 1', 'phone 1', 'phone 2', 'import 2'])
    expect(await Promise.all(all)).toHaveLength(4)
  })

  it('is refused to a phone when too many wait, with the time to come back, and done again when they are through', async () => {
    const { own, want, endOne } = pool()
    const taken = [want('1', 'phone'), want('2', 'phone'), want('3', 'phone')]
    await expect(want('4', 'phone')).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { retryAfterMs: expect.any(Number) },
    })
    expect(own.fullForMs).toBeGreaterThan(0)
    for (let i = 0; i < 3; i++) await endOne()
    await Promise.all(taken)
    expect(own.fullForMs).toBeUndefined()
    const after = want('5', 'phone')
    await endOne()
    expect(await after).toBe('5')
  })

  it('that takes too long is given up with advice; the next one begins when it has really ended', async () => {
    const { begun, want, endOne } = pool({ decodeMs: 20 })
    const slow = want('slow', 'phone')
    const next = want('next', 'phone').catch(() => undefined)
    await expect(slow).rejects.toMatchObject({
      code: 'UNSUPPORTED_IMAGE',
      message: expect.stringMatching(/too long.*JPEG/),
    })
    expect(begun).toEqual(['slow'])
    await endOne()
    expect(begun).toEqual(['slow', 'next'])
    await endOne()
    await next
  })

  it('that fails leaves its place to the next', async () => {
    const { own } = pool()
    await expect(own.run('phone', () => Promise.reject(new Error('bad')))).rejects.toThrow('bad')
    expect(await own.run('phone', () => Promise.resolve('good'))).toBe('good')
  })
})
