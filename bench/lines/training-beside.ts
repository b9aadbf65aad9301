/** Phones and a training on one machine: what each takes from the other. */
import { readFile } from 'node:fs/promises'
import {
  CancelTrainingDocument,
  StartTrainingDocument,
  TrainingEventsDocument,
} from '../../documents/generated/graphql.js'
import { classifyRequest, during, durations, openLoop } from '../load.js'
import type { Bench } from '../bench.js'
import { median, percentile } from '../statistics.js'
import { atMost, milliseconds, perSecond, type Row } from '../table.js'

/** A photo every half second: a tenth of what the machine could classify. */
const everyMs = 500
const windowMs = 45_000

export async function* trainingBeside(bench: Bench): AsyncGenerator<Row> {
  const { client, server, photos } = await bench.house()
  const requests = await Promise.all(photos.slice(0, 16).map(async (file) => classifyRequest(await readFile(file))))
  await openLoop(server.address, everyMs, requests, during(3_000))
  const idle = durations(await openLoop(server.address, everyMs, requests, during(windowMs)))

  const { startTraining } = await client.ask(StartTrainingDocument, {
    input: { datasetVersion: 'v1', stage1: { epochs: 1 }, stage2: { epochs: 100 }, earlyStopping: false },
  })
  let shown = 0
  let tuning = () => {}
  const fineTuning = new Promise<void>((resolve) => (tuning = resolve))
  const following = (async () => {
    let before = { epoch: 0, done: 0 }
    for await (const { trainingEvents: event } of client.follow(TrainingEventsDocument, {
      run: startTraining.name,
      after: 0,
    })) {
      if (event.__typename !== 'TrainingProgress' || event.stage !== 'FINE_TUNE' || event.epoch == null) continue
      shown += event.epoch === before.epoch ? event.done - before.done : event.done
      before = { epoch: event.epoch, done: event.done }
      tuning()
    }
  })()
  await fineTuning
  const [alone, beside]: [number[], number[]] = [[], []]
  const calls: number[] = []
  // In turns: an epoch's end, with its validation, falls into either.
  for (let round = 0; round < 2; round++) {
    alone.push(await photosDuring(() => new Promise((resolve) => setTimeout(resolve, windowMs))))
    beside.push(
      await photosDuring(async () => {
        calls.push(...durations(await openLoop(server.address, everyMs, requests, during(windowMs))))
      }),
    )
  }
  await client.ask(CancelTrainingDocument, { name: startTraining.name })
  await following

  yield {
    what: `classify while a training runs, ${1000 / everyMs} photos a second: p99`,
    ours: milliseconds(percentile(calls, 0.99)),
    against: `${milliseconds(percentile(idle, 0.99))}, the same without`,
    ...atMost(percentile(calls, 0.99) / percentile(idle, 0.99), 2, '×'),
  }
  const [busy, undisturbed] = [median(beside), median(alone)]
  yield {
    what: 'what the training loses by it',
    ours: perSecond(busy),
    against: `${perSecond(undisturbed)} photos fine-tuned without`,
    ...atMost(1 - busy / undisturbed, 0.25, '%'),
  }

  /** Photos that went through a step, a second. */
  async function photosDuring(work: () => Promise<unknown>): Promise<number> {
    const [from, started] = [shown, performance.now()]
    await work()
    return ((shown - from) / (performance.now() - started)) * 1000
  }
}
