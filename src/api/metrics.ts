/** `/metrics`: what src/metrics.ts counts, and how this house is at the moment of asking. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Actor, mayAct } from '../access/actor.js'
import { WasteXError } from '../errors.js'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Prisma } from '../db.js'
import { registry } from '../metrics.js'
import { decodingPool, lanes } from '../photos/decoding-pool.js'
import { running } from '../training/run-record.js'
import type { House } from './context.js'

// Processor, memory, handles, garbage collection, and the delay of the event loop (`nodejs_eventloop_lag_*`).
collectDefaultMetrics({ register: registry })

/**
 * For operators, as everything else that is not a device's: as long as there is no token, for whoever is on this machine.
 * @throws WasteXError UNAUTHENTICATED, FORBIDDEN
 */
export async function serveMetrics(
  house: House,
  actor: Actor | WasteXError,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (actor instanceof WasteXError) throw actor
  if (!mayAct(actor, 'OPERATOR')) throw new WasteXError('FORBIDDEN', 'This is for operators.', { needs: 'OPERATOR' })
  const text = await Registry.merge([registry, await houseNow(house)]).metrics()
  response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' })
  response.end(request.method === 'HEAD' ? undefined : text)
}

async function houseNow({ hall, serving }: House): Promise<Registry> {
  const now = new Registry()
  const gauge = (name: string, help: string, value: number, labels: Record<string, string> = {}) =>
    new Gauge({ name, help, labelNames: Object.keys(labels), registers: [now] }).set(labels, value)
  const { current } = serving
  gauge('wastex_queue_photos', 'Photos that wait for the network.', current?.waiting ?? 0)
  const decoding = new Gauge({
    name: 'wastex_decoding_photos',
    help: 'Photos that wait to be decoded, by who waits for them: answer (the last step of one), phone, picture (small copies), house.',
    labelNames: ['lane'],
    registers: [now],
  })
  for (const lane of lanes) decoding.set({ lane }, decodingPool.waiting[lane])
  if (current) {
    const { run, precision, classLabels } = current
    const labels = { run: run.name, precision, classes: String(classLabels.length) }
    gauge('wastex_serving_model_info', 'The model that this process answers with; 1.', 1, labels)
    gauge('wastex_serving_model_loaded_seconds', 'When it began to, Unix time.', current.loadedAt.getTime() / 1000)
  }
  const run = await hall.db.trainingRun.findFirst({
    where: { status: { in: [...running] } },
    select: {
      name: true,
      stage: true,
      events: { where: { type: 'TrainingProgress' }, orderBy: { seq: 'desc' }, take: 1 },
    },
  })
  gauge('wastex_training_running', 'Whether a run is queued or running, in any process on this database.', run ? 1 : 0)
  if (!run) return now
  if (run.stage) {
    gauge('wastex_training_stage_info', 'What it is at; 1.', 1, { run: run.name, stage: run.stage })
  }
  const progress = run.events[0]?.payload as Prisma.JsonObject | undefined
  for (const name of ['epoch', 'done', 'total'])
    if (typeof progress?.[name] === 'number')
      gauge(`wastex_training_${name}`, `As its newest TrainingProgress says: ${name}.`, progress[name])
  return now
}
