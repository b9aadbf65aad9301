/** A run's newest events, read once for all who follow it: what happens when news comes while it is still reading. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RunFeed } from '../src/api/run-feed.js'
import type { PrismaClient } from '../src/db.js'
import { publish } from '../src/events.js'
import type { Hall } from '../src/hall.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addRun, addVersion } from './support/rows.js'

let hall: TestHall
beforeAll(async () => {
  hall = await openTestHall()
})
afterAll(() => hall.close())

it('loses no event and not the last one when two looks are asked for at once', async () => {
  const { id } = await addVersion(hall.db, 'v1')
  const run = await addRun(hall.db, 'run-1', id, { status: 'RUNNING' })
  const happens = (seq: number, status: 'RUNNING' | 'COMPLETED') =>
    hall.db.$transaction(async (tx) => {
      await tx.trainingRun.update({ where: { id: run.id }, data: { status } })
      await tx.runEvent.create({ data: { runId: run.id, seq, type: 'TrainingStatusChanged', payload: { status } } })
      await publish(tx, 'trainingEvent', { runId: run.id, seq })
    })
  await happens(1, 'RUNNING')
  await happens(2, 'RUNNING')

  let [open, reading] = [() => {}, () => {}]
  const gate = new Promise<void>((resolve) => (open = resolve))
  const begun = new Promise<void>((resolve) => (reading = resolve))
  const slow = hall.db.$extends({
    query: {
      runEvent: {
        async findMany({ args, query }) {
          reading()
          await gate
          return query(args)
        },
      },
    },
  })
  const feed = RunFeed.join({ ...hall, db: slow as unknown as PrismaClient } satisfies Hall, run.id)
  const first = feed.look()
  await begun
  await happens(3, 'RUNNING')
  await happens(4, 'COMPLETED')
  await first.news
  let second = feed.look()
  open()
  expect(await first.found).toMatchObject({ rows: [{ seq: 1 }, { seq: 2 }], ended: false })
  for (let look = await second.found; !look.ended; look = await second.found) {
    await second.news
    second = feed.look()
  }
  expect((await second.found).rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
  feed.leave()
})
