/** Small versions of drawn photos, and runs that are waited for. */
import path from 'node:path'
import { drawSamples, type WasteClass } from '../../demo/draw.js'
import type { Prisma, PrismaClient, RunEvent, TrainingRun } from '../../src/db.js'
import type { Hall } from '../../src/hall.js'
import type { TrainingInput } from '../../src/training/settings.js'
import { importDataset } from '../../src/versions/import-dataset.js'
import type { TestHall } from './hall.js'
import { startTestServer, type TestServer } from './server.js'
import { sharedWeights } from './shared.js'
import { by } from './doer.js'

/** For a hall or server that trains; without a file beside the clone the product finds weights itself. */
export const weights: Record<string, string> = sharedWeights ? { WASTEX_WEIGHTS: sharedWeights } : {}

/** As little as trains all there is to train. */
export const briefly: Omit<TrainingInput, 'datasetVersion'> = {
  stage1: { epochs: 3 },
  stage2: { epochs: 1 },
  batchSize: 16,
  earlyStopping: false,
}
/** The head alone: no map is computed or kept. */
export const headAlone: Omit<TrainingInput, 'datasetVersion'> = { ...briefly, stage2: { epochs: 0 } }

export interface DrawnVersion {
  perClass?: number
  classes?: readonly WasteClass[]
  seed?: number
}

/** Draws a dataset below the hall's folder and imports it. @returns the folder */
export async function drawVersion(
  hall: TestHall,
  name: string,
  {
    perClass = 12,
    classes = ['bottle', 'can', 'paper', 'box'] as readonly string[] as WasteClass[],
    seed = 1,
  }: DrawnVersion = {},
): Promise<string> {
  const folder = path.join(hall.folder, name)
  await drawSamples(folder, { perClass, classes, seed })
  await importDataset(hall, by, { name, path: folder })
  return folder
}

/** The environment of a server that shares a hall's database and folders. */
export const settingsOf = ({ config, databaseUrl, folder }: TestHall): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  WASTEX_DATA: config.dataDir,
  WASTEX_MODELS: config.modelsDir,
  WASTEX_DATASETS: config.datasetsDir,
  WASTEX_IMPORT_ROOTS: folder,
  ...weights,
})

export const startServerOf = (hall: TestHall): Promise<TestServer> => startTestServer(settingsOf(hall))

type Told = Pick<Hall, 'db' | 'events'>
const over: ReadonlySet<TrainingRun['status']> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'INTERRUPTED'])

/** The run, as soon as it is over. */
export const finished = (hall: Told, id: string): Promise<TrainingRun> =>
  runWhen(hall, id, ({ status }) => over.has(status))

/** The run, as soon as it is so; it is looked at whenever it tells something. */
export async function runWhen(
  { db, events }: Told,
  id: string,
  isSo: (run: TrainingRun & { events: RunEvent[] }) => boolean,
): Promise<TrainingRun & { events: RunEvent[] }> {
  const news = events.subscribe('trainingEvent')
  try {
    for (;;) {
      const run = await runOf(db, id)
      if (isSo(run)) return run
      const { done } = await news.next()
      if (done) throw new Error('nobody tells of trainings any more')
    }
  } finally {
    await news.return?.()
  }
}

export const runOf = (db: PrismaClient, id: string) =>
  db.trainingRun.findUniqueOrThrow({ where: { id }, include: { events: { orderBy: { seq: 'asc' } } } })

/** What an event tells. */
export const told = ({ payload }: RunEvent) => payload as Prisma.JsonObject

/** The statuses that were told, each once: a run without weights at hand says RUNNING again, with a word on what it fetches. */
export function statusesTold(events: readonly RunEvent[]): unknown[] {
  const statuses = events.filter(({ type }) => type === 'TrainingStatusChanged').map((event) => told(event)['status'])
  return statuses.filter((status, i) => status !== statuses[i - 1])
}

/** The epochs that were told to be complete, as `HEAD 1`. */
export const epochsTold = (events: readonly RunEvent[]): string[] =>
  events
    .filter(({ type }) => type === 'TrainingEpochCompleted')
    .map((event) => told(event) as { stage: string; epoch: number })
    .map(({ stage, epoch }) => `${stage} ${epoch}`)

export const hasTold = (run: { events: RunEvent[] }, type: string, payload: Prisma.JsonObject): boolean =>
  run.events.some(
    (event) => event.type === type && Object.entries(payload).every(([name, value]) => told(event)[name] === value),
  )
