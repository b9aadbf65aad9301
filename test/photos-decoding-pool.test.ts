/** Many want their photo decoded at once. */
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { DecodingPool, type Lane } from '../src/photos/decoding-pool.js'
import { during } from '../src/request.js'

function pool(limits: Partial<ConstructorParameters<typeof DecodingPool>[0]> = {}) {
  const own = new DecodingPool({ atOnce: 1, waiting: 2, picturesWaiting: 2, decodeMs: 10_000, ...limits })
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

  it('ends a phone’s answer before it begins another; small copies and imports take turns behind both', async () => {
    const { own, begun, want, endOne } = pool()
    const all = [
      want('first', 'phone'),
      want('picture 1', 'picture'),
      want('import', 'house'),
      want('picture 2', 'picture'),
      want('phone', 'phone'),
      want('answer', 'answer'),
    ]
    await wait(0)
    expect(own.waiting).toEqual({ answer: 1, phone: 1, picture: 2, house: 1 })
    for (let i = 0; i < 6; i++) await endOne()
    expect(begun).toEqual(['first', 'answer', 'phone', 'picture 1', 'import', 'picture 2'])
    expect(own.waiting).toEqual({ answer: 0, phone: 0, picture: 0, house: 0 })
    await Promise.all(all)
  })

  it('is refused to small copies when many of them wait, and to nobody else for that', async () => {
    const { own, want, endOne } = pool()
    const taken = [want('1', 'picture'), want('2', 'picture'), want('3', 'picture')]
    await expect(want('4', 'picture')).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { retryAfterMs: expect.any(Number) },
    })
    expect(own.fullForMs('phone')).toBeUndefined()
    taken.push(want('phone', 'phone'), want('import', 'house'))
    await wait(0)
    for (let i = 0; i < 5; i++) await endOne()
    expect(await Promise.all(taken)).toHaveLength(5)
  })

  it('is refused to a phone when too many wait, with the time to come back, and done again when they are through', async () => {
    const { own, want, endOne } = pool()
    const taken = [want('1', 'phone'), want('2', 'phone'), want('3', 'phone')]
    await expect(want('4', 'phone')).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { retryAfterMs: expect.any(Number) },
    })
    expect(own.fullForMs('phone')).toBeGreaterThan(0)
    for (let i = 0; i < 3; i++) await endOne()
    await Promise.all(taken)
    expect(own.fullForMs('phone')).toBeUndefined()
    const after = want('5', 'phone')
    await wait(0)
    await endOne()
    expect(await after).toBe('5')
  })

  it('is done for each client in turn, and one that has nothing waiting finds room when another has much', async () => {
    const { own, begun, want, endOne } = pool({ waiting: 4 })
    const of = (client: string, name: string) =>
      during({ id: client, startedAt: 0, client }, () => want(name, 'phone').catch(({ code }) => code as string))
    const all = ['1', '2', '3', '4', '5'].map((name) => of('heavy', name))
    await wait(0)
    expect(own.fullForMs('heavy')).toBeGreaterThan(0)
    expect(own.fullForMs('light')).toBeUndefined()
    expect(await of('heavy', '6')).toBe('OVERLOADED')
    all.push(of('light', 'light'))
    for (let i = 0; i < 5; i++) await endOne()
    expect(begun).toEqual(['1', 'light', '2', '3', '4'])
    // The last of the one that had most waiting gave way.
    expect(await Promise.all(all)).toEqual(['1', '2', '3', '4', 'OVERLOADED', 'light'])
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
