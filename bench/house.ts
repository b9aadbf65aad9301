/** A WasteX of the bench's own, with photos in it, a first version, a first model that serves: made once a bench, in its own folder. */
import { randomBytes } from 'node:crypto'
import { copyFile, link, mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import {
  ImportDatasetDocument,
  PromoteDocument,
  RunDocument,
  StartTrainingDocument,
  TrainingEventsDocument,
  type RunQuery,
  type StartTrainingInput,
} from '../documents/generated/graphql.js'
import { Client } from '../demo/client.js'
import { drawSamples, wasteClasses } from '../demo/draw.js'
import { system } from '../src/access/doer.js'
import { type Config, readConfig } from '../src/config.js'
import { openDatabase } from '../src/database/open.js'
import { connect, type PrismaClient } from '../src/db.js'
import { decode } from '../src/photos/decode.js'
import { keepForReview } from '../src/reviews/keep-for-review.js'
import { label } from '../src/reviews/label.js'
import type { Place } from './place.js'
import { Server } from './server.js'

/** Every so many photos one is held back, to come in after the first version. */
const heldBackEvery = 50
const drawnPerClass = 200

export type FinishedRun = NonNullable<RunQuery['trainingRun']>

export interface House {
  readonly folder: string
  readonly config: Config
  readonly settings: Record<string, string>
  readonly photos: string[]
  /** Of the classes of v1, in no version yet: 2 % of the photos. */
  readonly heldBack: { file: string; classLabel: string }[]
  /** Milliseconds from startTraining to COMPLETED. */
  readonly firstTraining: { run: FinishedRun; ms: number }
  readonly db: PrismaClient
  readonly databaseUrl: string
  server: Server
  client: Client
  /** Ends the server and starts another one with the same data. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function makeHouse({ folder, photos, say }: Place): Promise<House> {
  const source = photos ?? (await drawPhotos(path.join(folder, 'drawn'), say))
  const dataset = path.join(folder, 'photos')
  const { kept, heldBack } = await share(source, dataset)
  const settings = {
    WASTEX_DATA: path.join(folder, 'data'),
    WASTEX_MODELS: path.join(folder, 'models'),
    WASTEX_DATASETS: path.join(folder, 'datasets'),
    WASTEX_IMPORT_ROOTS: folder,
    WASTEX_CACHE_GB: '100',
  }
  const config = readConfig({ ...process.env, ...settings })
  const server = await Server.start(folder, settings)
  const database = await openDatabase(config, () => {})
  const db = connect(database.url, 4)
  const client = new Client(server.address)
  let firstTraining = await trainedBefore(db, client, 'v1')
  if (!firstTraining) {
    const { importDataset } = await client.ask(ImportDatasetDocument, {
      input: { name: 'v1', path: dataset, activate: true },
    })
    say(`  v1: ${importDataset.totalImages} photos of ${source}`)
    firstTraining = await train(client, { datasetVersion: 'v1' })
    await client.ask(PromoteDocument, { name: firstTraining.run.name })
  }
  const { run, ms } = firstTraining
  say(`  ${run.name}: ${(ms / 1000).toFixed(1)} s, accuracy ${run.evaluation?.accuracy?.toFixed(3)}`)

  const house: House = {
    folder,
    config,
    settings,
    photos: kept,
    heldBack,
    firstTraining,
    db,
    databaseUrl: database.url,
    server,
    client,
    async restart() {
      await house.client.close()
      await house.server.stop()
      house.server = await Server.start(folder, settings)
      house.client = new Client(house.server.address)
    },
    async close() {
      await db.$disconnect()
      await house.client.close()
      await house.server.stop()
      await database.stop()
    },
  }
  return house
}

/** In a folder where a bench has been before: what was trained there stands. */
export async function trainedBefore(db: PrismaClient, client: Client, version: string) {
  const found = await db.trainingRun.findFirst({
    where: { status: 'COMPLETED', datasetVersion: { name: version } },
    orderBy: { createdAt: 'asc' },
  })
  if (!found?.finishedAt) return undefined
  const { trainingRun: run } = await client.ask(RunDocument, { name: found.name })
  return run ? { run, ms: found.finishedAt.getTime() - found.createdAt.getTime() } : undefined
}

/** @throws Error when it does not complete */
export async function train(client: Client, input: StartTrainingInput): Promise<{ run: FinishedRun; ms: number }> {
  const started = performance.now()
  const { startTraining } = await client.ask(StartTrainingDocument, { input })
  const events = client.follow(TrainingEventsDocument, { run: startTraining.name, after: 0 })
  for await (const _event of events);
  const ms = performance.now() - started
  const { trainingRun: run } = await client.ask(RunDocument, { name: startTraining.name })
  if (run?.status !== 'COMPLETED') throw new Error(run?.error ?? `the run is ${run?.status}`)
  return { run, ms }
}

/** A labelled photo, in no version yet: what a version adds to its parent. */
export async function stage(
  house: Pick<House, 'config' | 'db'>,
  bytes: Uint8Array,
  filename: string,
  classLabel: string,
) {
  const id = await keepForReview(house, {
    bytes,
    filename,
    photo: await decode(bytes),
    prediction: {
      topPrediction: classLabel,
      confidence: 0,
      energy: 0,
      novelty: null,
      oodReasons: ['CONFIDENCE'],
      allPredictions: [],
    },
  })
  await label(house, system, id, classLabel)
}

/** One that never was before: noise. */
export async function stageNoise(house: Pick<House, 'config' | 'db'>): Promise<void> {
  const side = 64
  const raw = { width: side, height: side, channels: 3 } as const
  const noise = sharp(randomBytes(3 * side ** 2), { raw })
  const { name } = await house.db.datasetClass.findFirstOrThrow()
  await stage(house, await noise.jpeg().toBuffer(), 'noise.jpg', name)
}

async function drawPhotos(folder: string, say: Place['say']): Promise<string> {
  say(`no --photos: drawing ${drawnPerClass} photos of each of ${wasteClasses.length} classes`)
  await drawSamples(folder, { perClass: drawnPerClass, classes: wasteClasses })
  return folder
}

/** Links photos into `target`, class by class, but for every fiftieth; the class `trash` is left out, as in a first version. */
async function share(source: string, target: string) {
  const kept: string[] = []
  const heldBack: House['heldBack'] = []
  for (const entry of await readdir(source, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'trash') continue
    await mkdir(path.join(target, entry.name), { recursive: true })
    const names = (await readdir(path.join(source, entry.name))).toSorted()
    for (const [i, name] of names.entries()) {
      const file = path.join(source, entry.name, name)
      if (i % heldBackEvery === heldBackEvery - 1) heldBack.push({ file, classLabel: entry.name })
      else {
        const own = path.join(target, entry.name, name)
        // Another file system: a copy serves as well.
        await link(file, own).catch(() => copyFile(file, own))
        kept.push(own)
      }
    }
  }
  return { kept, heldBack }
}
