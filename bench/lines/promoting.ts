/** Fifty promotions under load. */
import { readFile } from 'node:fs/promises'
import { PromoteDocument } from '../../documents/generated/graphql.js'
import { classifyRequest, closedLoop, during, durations } from '../load.js'
import type { Bench } from '../bench.js'
import { median, percentile } from '../statistics.js'
import { atMost, mebibytes, milliseconds, type Row } from '../table.js'

const clients = 8
const promotions = 50
/** Memory is compared from here on: two models have been in it, and the pools are as large as they get. */
const settled = 10

export async function* promoting(bench: Bench): AsyncGenerator<Row> {
  const house = await bench.house()
  const runs = await house.db.trainingRun.findMany({
    where: { status: 'COMPLETED' },
    orderBy: { createdAt: 'asc' },
    take: 2,
  })
  const [one, other] = runs.map(({ name }) => name)
  if (!one || !other) throw new Error('two runs are needed: the line “training” makes the second')
  const requests = await Promise.all(
    house.photos.slice(0, 16).map(async (file) => classifyRequest(await readFile(file))),
  )
  await closedLoop(house.server.address, clients, requests, during(3_000))
  const steady = durations(await closedLoop(house.server.address, clients, requests, during(20_000)))

  let over = false
  const load = closedLoop(house.server.address, clients, requests, () => over)
  const swaps: { started: number; ended: number }[] = []
  const memory: number[] = []
  for (let i = 0; i < promotions; i++) {
    const started = performance.now()
    await house.client.ask(PromoteDocument, { name: i % 2 === 0 ? other : one })
    swaps.push({ started, ended: performance.now() })
    memory.push((await house.server.vitals()).rss)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  over = true
  // A call that failed would have thrown.
  const calls = await load
  const around = calls.filter((call) =>
    swaps.some((swap) => call.started < swap.ended && call.ended > swap.ended - 1_000),
  )
  yield {
    what: `${promotions} promotions under ${clients} clients (${calls.length} calls, 0 failed; a promotion takes ${milliseconds(median(swaps.map(({ started, ended }) => ended - started)))}): p99 of the calls in that second`,
    ours: milliseconds(percentile(durations(around), 0.99)),
    against: `${milliseconds(percentile(steady, 0.99))}, steady state`,
    ...atMost(percentile(durations(around), 0.99) / percentile(steady, 0.99), 1.5, '×'),
  }
  const [before, after] = [median(memory.slice(settled, 2 * settled)), median(memory.slice(-settled))]
  yield {
    what: `memory after ${promotions} promotions`,
    ours: mebibytes(after),
    against: `${mebibytes(before)}, after ${settled} to ${2 * settled}`,
    ...atMost(after / before, 1.05, '×'),
  }
}
