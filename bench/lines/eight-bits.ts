/** `classify` by a server that prefers 8 bits, against one that computes in float32, on the same model. */
import { readFile } from 'node:fs/promises'
import { DashboardDocument } from '../../documents/generated/graphql.js'
import { Client } from '../../demo/client.js'
import type { House } from '../house.js'
import { answersPerSecond, classifyRequest, closedLoop, during, send } from '../load.js'
import type { Bench } from '../bench.js'
import { Server } from '../server.js'
import { median, sum, timed } from '../statistics.js'
import { milliseconds, perSecond, type Row } from '../table.js'

const calls = 80
const clients = 32
const rounds = 3
const loadMs = 8_000
const unknown = { ratio: '', goal: '', reached: undefined } as const

export async function* eightBits(bench: Bench): AsyncGenerator<Row> {
  const house = await bench.house()
  const photos = house.photos.filter((_, i) => i % 20 === 0).slice(0, 64)
  const requests = (await Promise.all(photos.map((file) => readFile(file)))).map(classifyRequest)
  const quick = await Server.start(house.folder, { ...house.settings, WASTEX_PRECISION: 'int8' })
  try {
    const { servingModel } = await new Client(quick.address).ask(DashboardDocument, {})
    if (servingModel?.precision === 'INT8') yield* compare(house, quick, requests)
    // A run that would say something else in 8 bits does not offer them: nothing went wrong.
    else yield { what: 'classify in 8 bits', ours: 'not offered', against: servingModel?.int8Refused ?? '', ...unknown }
  } finally {
    await quick.stop()
  }
}

/** In turns, so that both have the same machine. */
async function* compare(
  { server }: House,
  quick: Server,
  requests: readonly ReturnType<typeof classifyRequest>[],
): AsyncGenerator<Row> {
  const [float32, int8]: [number[], number[]] = [[], []]
  for (let i = -5; i < calls; i++) {
    const request = requests[Math.abs(i) % requests.length] as (typeof requests)[number]
    const both = [
      await timed(() => send(server.address, request)),
      await timed(() => send(quick.address, request)),
    ] as const
    if (i < 0) continue
    float32.push(both[0])
    int8.push(both[1])
  }
  const row = { goal: '', reached: undefined }
  yield {
    what: 'classify in 8 bits, one client: p50',
    ours: milliseconds(median(int8)),
    against: `${milliseconds(median(float32))}, in float32`,
    ratio: `${(median(int8) / median(float32)).toFixed(2)} ×`,
    ...row,
  }

  const answered: Record<'float32' | 'int8', number[]> = { float32: [], int8: [] }
  for (let round = 0; round < rounds; round++) {
    const load = (address: string) => closedLoop(address, clients, requests, during(loadMs))
    answered.float32.push(answersPerSecond(await load(server.address), loadMs))
    answered.int8.push(answersPerSecond(await load(quick.address), loadMs))
  }
  const rate = (rates: readonly number[]) => sum(rates) / rounds
  yield {
    what: `classify in 8 bits, ${clients} clients: photos a second`,
    ours: perSecond(rate(answered.int8)),
    against: `${perSecond(rate(answered.float32))}, in float32`,
    ratio: `${(rate(answered.int8) / rate(answered.float32)).toFixed(2)} ×`,
    ...row,
  }
}
