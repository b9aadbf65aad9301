/** What a client that sends a photo now and then gets beside those that send as many as they can. Clients are addresses of the loopback. */
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from '../bench.js'
import { answersPerSecond, type Call, classifyRequest, during, durations, type Prepared, send } from '../load.js'
import { median } from '../statistics.js'
import { atLeast, atMost, milliseconds, perSecond, type Row } from '../table.js'

const addressOf = (client: number) => `127.0.0.${client + 2}`
const light = 200
const loadMs = 20_000
/** Between an answer and the next photo of the light client. */
const restMs = 300
/** Heavy clients, and calls that each has under way. */
const floods = [
  { heavy: 1, calls: 50 },
  { heavy: 8, calls: 8 },
  { heavy: 32, calls: 3 },
] as const
const equals = 32

export async function* sharing(bench: Bench): AsyncGenerator<Row> {
  const house = await bench.house()
  await house.restart()
  const { server, photos } = house
  const requests = await Promise.all(photos.slice(0, 64).map(async (file) => classifyRequest(await readFile(file))))
  const requestOf = (i: number) => requests[i % requests.length] as Prepared

  /** One photo after another, until `done`; one that is refused is sent again after a moment. */
  const sends = async (client: number, done: () => boolean, rest = 0): Promise<Call[]> => {
    const calls: Call[] = []
    for (let i = client; !done(); i++) {
      const started = performance.now()
      const answered = await send(server.address, requestOf(i), addressOf(client)).catch(() => undefined)
      if (answered !== undefined) calls.push({ started, ended: performance.now(), client })
      await pause(answered === undefined ? 200 : rest)
    }
    return calls
  }
  const all = async (heavy: number, calls: number, done: () => boolean) =>
    (await Promise.all(Array.from({ length: heavy * calls }, (_, i) => sends(i % heavy, done)))).flat()

  // Each once: what is kept for review costs more the first time.
  for (const request of requests) await send(server.address, request, addressOf(light))
  const idle = median(durations(await sends(light, during(loadMs), restMs)))
  for (const { heavy, calls } of floods) {
    let over = false
    const flood = all(heavy, calls, () => over)
    await pause(5_000)
    const beside = durations(await sends(light, during(loadMs), restMs))
    over = true
    await flood
    yield {
      what: `classify, one photo after another, beside ${heavy === 1 ? 'one client' : `${heavy} clients`} with ${calls} calls each: p50`,
      ours: milliseconds(median(beside)),
      against: `${milliseconds(idle)}, on the idle server`,
      ...atMost(median(beside) / idle, 3, '×'),
    }
  }
  // In turns: the same calls as those of one client, which are done in the order in which they come.
  const [together, apart]: [number[], number[]] = [[], []]
  for (let i = 0; i < 2; i++) {
    together.push(answersPerSecond(await all(1, equals, during(loadMs)), loadMs))
    apart.push(answersPerSecond(await all(equals, 1, during(loadMs)), loadMs))
  }
  yield {
    what: `classify, ${equals} equal clients: photos a second`,
    ours: perSecond(median(apart)),
    against: `${perSecond(median(together))}, ${equals} calls of one client`,
    ...atLeast(median(apart) / median(together), 0.95, '%'),
  }
}
