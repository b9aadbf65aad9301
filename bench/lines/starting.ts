/** From the command to an answer of `/ready`, with everything there that was there before. */
import type { Bench } from '../bench.js'
import { Server } from '../server.js'
import { median, timed } from '../statistics.js'
import { type Row, seconds } from '../table.js'

const rounds = 5

export async function* starting(bench: Bench): AsyncGenerator<Row> {
  const house = await bench.house()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    await house.client.close()
    await house.server.stop()
    times.push(
      await timed(async () => {
        house.server = await Server.start(house.folder, house.settings)
        const ready = (await (await fetch(`${house.server.address}/ready`)).json()) as { status: string }
        if (ready.status === 'failed') throw new Error(`it is not ready: ${JSON.stringify(ready)}`)
      }),
    )
  }
  await house.restart()
  yield {
    what: 'start to /ready, a model and a database there',
    ours: seconds(median(times)),
    against: '',
    ratio: '',
    goal: '',
    reached: undefined,
  }
}
