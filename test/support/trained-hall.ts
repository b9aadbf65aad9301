/**
 * A hall whose version v1 (drawn) was trained on, and whose run serves: made once for all files of tests by the product itself, and
 * copied, database and folders, for each that begins with it.
 */
import { cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inject } from 'vitest'
import { drawSamples } from '../../demo/draw.js'
import type { TrainingRun } from '../../src/db.js'
import { photoFile } from '../../src/photos/store.js'
import { trainingRows } from '../../src/versions/training-rows.js'
import { copyTestDatabase } from './database.js'
import { openHall, openTestHall, type TestHall } from './hall.js'
import { tellApart } from './tell-apart.js'
import { trainAndPromote } from './trained.js'
import { drawVersion, startServerOf } from './training.js'

/** What the first file of tests leaves for the others. */
interface Kept {
  readonly database: string
  readonly folder: string
}

interface TrainedHall {
  readonly hall: TestHall
  /** It serves. */
  readonly run: TrainingRun
  /** A photo of version v1 that this run knows, and one that it sends to review: by the limit of its card (tell-apart.ts). */
  readonly photos: { readonly known: Buffer; readonly unknown: Buffer }
}

export async function openTrainedHall(): Promise<TrainedHall> {
  const kept = await keptHall()
  const { url } = await copyTestDatabase(kept.database)
  const hall = await openHall(url, {})
  await cp(kept.folder, hall.folder, { recursive: true, preserveTimestamps: true })
  const [from, to] = [kept.folder, hall.folder]
  // Imported photos lie where they were imported from: in this hall's own copy, which a test may change.
  await hall.db.$executeRaw`UPDATE "Photo" SET root = replace(root, ${from}, ${to})`
  await hall.db.$executeRaw`UPDATE "ImportedFile" SET root = replace(root, ${from}, ${to})`
  const [known, unknown] = await Promise.all(kinds.map((kind) => readFile(photoOf(hall.folder, kind))))
  const run = await hall.db.trainingRun.findFirstOrThrow({ where: { isActive: true } })
  return { hall, run, photos: { known: known as Buffer, unknown: unknown as Buffer } }
}

/** Made by whoever comes first; the others wait for it. */
async function keptHall(): Promise<Kept> {
  const told = path.join(inject('kept'), 'trained.json')
  const lock = path.join(inject('kept'), 'trained.lock')
  for (;;) {
    if (await exists(told)) return JSON.parse(await readFile(told, 'utf8')) as Kept
    if (await mkdir(lock).then(yes, no)) {
      try {
        // Whoever had the lock before has made it, perhaps.
        if (!(await exists(told))) {
          await writeFile(`${told}.new`, JSON.stringify(await make()))
          await rename(`${told}.new`, told)
        }
      } finally {
        await rm(lock, { recursive: true })
      }
    }
    await pause(100)
  }
}

async function make(): Promise<Kept> {
  const hall = await openTestHall()
  await drawVersion(hall, 'v1')
  const server = await startServerOf(hall)
  const run = await trainAndPromote(hall, server.address)
  await server.close()
  const rows = (await trainingRows(hall.db, run.versionId)).filter(({ split }) => split === 'TRAIN').slice(0, 8)
  const odd = await drawSamples(path.join(hall.folder, 'others'), { perClass: 0, odd: 4, seed: 5 })
  const candidates = {
    known: await Promise.all(rows.map((row) => readFile(photoFile(hall.config, row)))),
    unknown: await Promise.all(odd.map((photo) => readFile(photo.path))),
  }
  const photos = await tellApart(hall, run, candidates)
  for (const kind of kinds) await writeFile(photoOf(hall.folder, kind), photos[kind][0] ?? '')
  const folder = path.join(inject('kept'), 'trained')
  await cp(hall.folder, folder, { recursive: true, preserveTimestamps: true })
  await hall.db.$executeRaw`UPDATE "Photo" SET root = replace(root, ${hall.folder}, ${folder})`
  await hall.db.$executeRaw`UPDATE "ImportedFile" SET root = replace(root, ${hall.folder}, ${folder})`
  await hall.close()
  return { database: hall.databaseUrl, folder }
}

const kinds = ['known', 'unknown'] as const
const photoOf = (folder: string, kind: (typeof kinds)[number]) => path.join(folder, `${kind}.jpg`)
const yes = () => true
const no = () => false
const exists = (file: string) => stat(file).then(yes, no)
