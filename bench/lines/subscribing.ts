/** A training's events to a thousand subscribers over WebSocket. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { system } from '../../src/access/doer.js'
import { recordEvent, recordStatus } from '../../src/training/run-record.js'
import type { Bench } from '../bench.js'
import { median, percentile } from '../statistics.js'
import { mebibytes, milliseconds, type Row } from '../table.js'

const subscribers = 1_000
const events = 80
/** As a training tells of its progress. */
const everyMs = 250
const goalMs = 250

export async function* subscribing(bench: Bench): AsyncGenerator<Row> {
  const { db, server } = await bench.house()
  const version = await db.datasetVersion.findUniqueOrThrow({ where: { name: 'v1' } })
  // A run as far as its events go: what trains, and takes the machine, is another line's matter.
  const run = await db.trainingRun.create({
    data: {
      name: `told-${Date.now().toString(36)}`,
      versionId: version.id,
      recipe: 'DEFAULT',
      settings: {},
      classLabels: [],
      status: 'RUNNING',
    },
  })
  const program = new URL('../subscribers.ts', import.meta.url)
  const child = fork(program, [server.address, run.name, String(subscribers)], { execArgv: ['--import', 'tsx'] })
  await once(child, 'message')
  await pause(2_000) // connected is not subscribed yet

  const toldAt: number[] = []
  const memory: number[] = []
  for (let seq = 1; seq <= events; seq++) {
    const payload = { stage: 'HEAD', epoch: 1, done: seq, total: events, etaSeconds: 1, loss: 1 }
    toldAt[seq] = performance.timeOrigin + performance.now()
    await recordEvent(db, run, 'TrainingProgress', payload)
    memory.push((await server.vitals()).rss)
    await pause(Math.max(0, everyMs - (performance.timeOrigin + performance.now() - (toldAt[seq] ?? 0))))
  }
  await pause(1_000)
  const answer = once(child, 'message') as Promise<[{ seq: number; at: number }[][]]>
  child.send('tell')
  const [heard] = await answer
  await recordStatus(db, system, run, { status: 'CANCELLED' }, 'The bench is over')
  await db.trainingRun.delete({ where: { id: run.id } })

  const whole = heard.filter((own) => own.length === events && own.every(({ seq }, i) => seq === i + 1)).length
  const delays = heard.flatMap((own) => own.map(({ seq, at }) => at - (toldAt[seq] ?? Number.NaN)))
  const p99 = percentile(delays, 0.99)
  yield {
    what: `${events} training events to ${subscribers} subscribers over WebSocket: p99 from before it is written (${whole} heard all, in order)`,
    ours: milliseconds(p99),
    against: '',
    ratio: '',
    goal: `≤ ${goalMs} ms, none lost`,
    reached: p99 <= goalMs && whole === subscribers,
  }
  const [early, late] = [median(memory.slice(5, 15)), median(memory.slice(-10))]
  yield {
    what: 'memory of the server meanwhile, first and last ten events',
    ours: `${mebibytes(early)}, ${mebibytes(late)}`,
    against: '',
    ratio: '',
    goal: '',
    reached: undefined,
  }
}
