/** Whose secret is it: looked up once, a few at a time, and remembered for a few seconds, whatever the answer was. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { anybody } from '../src/access/actor.js'
import { LookUp, signInLimits } from '../src/access/look-up.js'
import { hashOf, newSecret } from '../src/access/secret.js'
import type { Hall } from '../src/hall.js'
import { createLog } from '../src/log.js'

const good = newSecret()
const operator = { role: 'OPERATOR', token: { id: '1', name: 'console' } } as const
const row = { id: '1', name: 'console', role: 'OPERATOR' }

/** A database that answers when it is told to, and says what it was asked. */
class SlowDatabase {
  readonly asked: string[] = []
  isBroken = false
  private readonly waiting: (() => void)[] = []

  readonly hall = {
    log: createLog('silent'),
    db: {
      accessToken: {
        findFirst: () => this.answer('any', null),
      },
      $queryRaw: (_text: TemplateStringsArray, secretHash: string) =>
        this.answer(secretHash, secretHash === hashOf(good) ? [row] : []),
      $executeRaw: async () => 0, // when it was last used
    },
  } as unknown as Pick<Hall, 'db' | 'log'>

  /** Answers those who wait now, and those who come by it. */
  async answerAll(): Promise<void> {
    for (; this.waiting.length > 0; await new Promise(setImmediate)) this.waiting.shift()?.()
  }

  private async answer<T>(key: string, found: T): Promise<T> {
    this.asked.push(key)
    await new Promise<void>((resolve) => this.waiting.push(resolve))
    if (this.isBroken) throw new Error('connection refused')
    return found
  }
}

let database: SlowDatabase
let known: LookUp
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  database = new SlowDatabase()
  known = new LookUp(database.hall)
})
afterEach(() => vi.useRealTimers())

async function answers(...secrets: (string | undefined)[]) {
  const looking = secrets.map((secret) => known.actorOf(secret))
  const answering = new Promise(setImmediate).then(() => database.answerAll())
  const [found] = await Promise.all([Promise.all(looking), answering])
  return found
}

describe('a secret', () => {
  it('is looked up once, however many ask at once and after it, good or bad, for a few seconds', async () => {
    const bad = newSecret()
    expect(await answers(good, bad, good, bad, undefined, undefined)).toEqual([
      operator,
      undefined,
      operator,
      undefined,
      anybody,
      anybody,
    ])
    await answers(good, bad, undefined)
    expect(database.asked).toEqual([hashOf(good), hashOf(bad), 'any'])
    vi.advanceTimersByTime(signInLimits.rememberMs)
    await answers(bad)
    expect(database.asked).toHaveLength(4)
    known.forget()
    await answers(good, bad)
    expect(database.asked).toHaveLength(6)
  })

  it('that is none is not looked up', async () => {
    expect(await answers('wastex_wrong', '', 'x'.repeat(50))).toEqual([undefined, undefined, undefined])
    expect(database.asked).toEqual([])
  })

  it('is one of so many that are remembered: the oldest is forgotten', async () => {
    await answers(good)
    for (let i = 0; i < signInLimits.remembered - 1; i += 500)
      await answers(...Array.from({ length: Math.min(500, signInLimits.remembered - 1 - i) }, newSecret))
    const before = database.asked.length
    await answers(good)
    expect(database.asked).toHaveLength(before)
    await answers(newSecret())
    await answers(good)
    expect(database.asked).toHaveLength(before + 2)
  })
})

describe('many that are wrong', () => {
  it('are looked up a few at a time, and the good one among them comes in', async () => {
    const guesses = Array.from({ length: 50 }, () => known.actorOf(newSecret()))
    const mine = known.actorOf(good)
    await new Promise(setImmediate)
    expect(database.asked).toHaveLength(signInLimits.lookUps)
    await database.answerAll()
    expect(await mine).toEqual(operator)
    expect(new Set(await Promise.all(guesses))).toEqual(new Set([undefined]))
  })

  it('are sent away when too many wait, and so is the good one, but not for long', async () => {
    const room = signInLimits.lookUps + signInLimits.waiting
    const guesses = Array.from({ length: room }, () => known.actorOf(newSecret()))
    await expect(known.actorOf(good)).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { retryAfterMs: signInLimits.retryMs },
    })
    await database.answerAll()
    await Promise.all(guesses)
    expect(await answers(good)).toEqual([operator])
  })
})

it('a database that does not answer is said with a code, and asked again a second later', async () => {
  database.isBroken = true
  const overloaded = { code: 'OVERLOADED', details: { retryAfterMs: signInLimits.retryMs } }
  await expect(answers(good)).rejects.toMatchObject(overloaded)
  await expect(answers(good)).rejects.toMatchObject(overloaded)
  expect(database.asked).toHaveLength(1)
  database.isBroken = false
  vi.advanceTimersByTime(signInLimits.retryMs)
  expect(await answers(good)).toEqual([operator])
})
