/** Retraining on an idle server and on one that four clients keep busy: what it takes, what the clients notice, what memory stays. */
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { CreateVersionDocument } from '../../documents/generated/graphql.js'
import type { Bench } from '../bench.js'
import { type House, stageNoise, train } from '../house.js'
import { answersPerSecond, classifyRequest, closedLoop, during, durations } from '../load.js'
import { median, percentile } from '../statistics.js'
import { atMost, mebibytes, milliseconds, type Row, seconds } from '../table.js'

const newPhotos = 20
const clients = 4
/** Retrainings on the idle server; then trainings from the backbone, which fine-tune; then retrainings under load. */
const runs = { idle: 3, fineTuned: 2, saturated: 2 } as const
const loadMs = 60_000
/** The memory is given back after the run is COMPLETED. */
const settleMs = 5_000
const memoryLimit = 400 * 2 ** 20

export async function* trainingSaturated(bench: Bench): AsyncGenerator<Row> {
  const house = await bench.house()
  // A server that has trained nothing yet.
  await house.restart()
  const { server, photos } = house
  const requests = await Promise.all(photos.slice(0, 64).map(async (file) => classifyRequest(await readFile(file))))
  const load = (done: () => boolean) => closedLoop(server.address, clients, requests, done)
  await load(during(10_000))
  const rss = async () => {
    await pause(settleMs)
    return (await server.vitals()).rss
  }
  const memory = [await rss()]
  const idle: number[] = []
  for (let i = 0; i < runs.idle; i++) {
    idle.push(await retrain(house))
    memory.push(await rss())
  }
  for (let i = 0; i < runs.fineTuned; i++) {
    await train(house.client, {
      datasetVersion: 'v1',
      fromServing: false,
      stage1: { epochs: 2 },
      stage2: { epochs: 1 },
    })
    memory.push(await rss())
  }
  const [before = Number.NaN, ...after] = memory
  yield {
    what: `memory after each of ${after.length} trainings (the last ${runs.fineTuned} with both stages)`,
    ours: after.map(mebibytes).join(', '),
    against: `${mebibytes(before)}, before the first`,
    ratio: `+ ${mebibytes(Math.max(...after) - before)}`,
    goal: `≤ + ${mebibytes(memoryLimit)}`,
    reached: Math.max(...after) - before <= memoryLimit,
  }

  const without = await load(during(loadMs))
  const beside: number[] = []
  const saturated: number[] = []
  for (let i = 0; i < runs.saturated; i++) {
    let over = false
    const calls = load(() => over)
    saturated.push(await retrain(house))
    over = true
    beside.push(...durations(await calls))
    bench.say(`  under load: ${seconds(saturated.at(-1) as number)}`)
  }
  const rate = answersPerSecond(without, loadMs)
  yield {
    what: `training again after ${newPhotos} new photos, while ${clients} clients classify in a closed loop`,
    ours: seconds(median(saturated)),
    against: `${seconds(median(idle))}, the same on the idle server`,
    ...atMost(median(saturated) / median(idle), 5, '×'),
  }
  yield {
    what: `classify meanwhile: p99 (without the training ${rate.toPrecision(3)} photos a second, with it ${((1000 * beside.length) / saturated.reduce((sum, ms) => sum + ms, 0)).toPrecision(3)})`,
    ours: milliseconds(percentile(beside, 0.99)),
    against: `${milliseconds(percentile(durations(without), 0.99))}, the same load without a training`,
    ...atMost(percentile(beside, 0.99) / percentile(durations(without), 0.99), 2, '×'),
  }
}

/** @returns milliseconds */
async function retrain(house: House): Promise<number> {
  for (let i = 0; i < newPhotos; i++) await stageNoise(house)
  const name = `saturated-${Date.now()}`
  await house.client.ask(CreateVersionDocument, { input: { name, parent: 'v1', activate: false } })
  return (await train(house.client, { datasetVersion: name })).ms
}
