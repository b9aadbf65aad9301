/** kill -9 of a process that counts under a key: what it counted and that it did are there together, or neither is. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once as event } from 'node:events'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anybody } from '../src/access/actor.js'
import { once } from '../src/access/once.js'
import { count } from '../src/predictions/counter.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { until } from './support/until.js'

const patience = { timeout: 120_000 }
let hall: TestHall
let child: ChildProcess | undefined

beforeAll(async () => {
  hall = await openTestHall()
})
afterAll(async () => {
  child?.kill('SIGKILL')
  await hall.close()
})

function startToCount(classLabel: string): void {
  const script = new URL('./support/count-until-killed.ts', import.meta.url).pathname
  const args = ['--import', 'tsx', script, hall.databaseUrl, classLabel, `key of ${classLabel}`]
  child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
}
async function kill(): Promise<void> {
  const ended = event(child ?? expect.fail(), 'exit')
  child?.kill('SIGKILL')
  await ended
}
/** What the next server does when the phone sends it again. */
async function sentAgain(classLabel: string): Promise<unknown> {
  const receipt = { key: `key of ${classLabel}`, request: 'a'.repeat(64), place: 'classify' }
  return once(hall.db, { actor: anybody, receipt }, async () => {
    const answer = { said: 'by the second' }
    await count(hall.db, { classLabel, ood: false, answered: { ...receipt, actor: 'anybody', answer } })
    return answer
  })
}
const counted = async (className: string) =>
  (await hall.db.trashCounter.findMany({ where: { className } })).reduce((sum, row) => sum + row.totalCount, 0)

it('between the count and the answer: the next gives the first answer, and does not count', patience, async () => {
  const news = hall.events.subscribe('trashCounted')
  startToCount('after')
  expect((await news.next()).value).toMatchObject({ classLabel: 'after' })
  await news.return?.()
  await kill()
  expect(await counted('after')).toBe(1)
  expect(await sentAgain('after')).toEqual({ said: 'by the first' })
  expect(await counted('after')).toBe(1)
})

it('while it counts: nothing is there, and the next counts', patience, async () => {
  const lock = new pg.Client({ connectionString: hall.databaseUrl })
  await lock.connect()
  await lock.query('BEGIN; LOCK TABLE "TrashCounter" IN ACCESS EXCLUSIVE MODE')
  startToCount('before')
  const waiting = `SELECT count(*)::int AS n FROM pg_locks WHERE relation = '"TrashCounter"'::regclass AND NOT granted`
  await until(async () => (await lock.query<{ n: number }>(waiting)).rows[0]?.n !== 0)
  await kill()
  await lock.query('ROLLBACK')
  await lock.end()
  expect(await sentAgain('before')).toEqual({ said: 'by the second' })
  expect(await counted('before')).toBe(1)
})
