/**
 * A hall whose version v1 (drawn) was trained on, and whose run serves: made once for all files of tests by the product itself, and
 * copied, database and folders, for each that begins with it.
 */
import { cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inject } from 'vitest'
import type { TrainingRun } from '../../src/db.js'
import { copyTestDatabase } from './database.js'
import { openHall, openTestHall, type TestHall } from './hall.js'
import { trainAndPromote } from './trained.js'
import { drawVersion, startServerOf } from './training.js'

/** What the first file of tests leaves for the others. */
interface Kept {
  readonly database: string
  readonly folder: string
}

export async function openTrainedHall(): Promise<{ hall: TestHall; run: TrainingRun }> {
  const kept = await keptHall()
  const { url } = await copyTestDatabase(kept.database)
  const hall = await openHall(url, {})
  await cp(kept.folder, hall.folder, { recursive: true, preserveTimestamps: true })
  const [from, to] = [kept.folder, hall.folder]
  // Imported photos lie where they were imported from: in this hall's own copy, which a test may change.
  await hall.db.$executeRaw`UPDATE "Photo" SET root = replace(root, ${from}, ${to})`
  await hall.db.$executeRaw`UPDATE "ImportedFile" SET root = replace(root, ${from}, ${to})`
  return { hall, run: await hall.db.trainingRun.findFirstOrThrow({ where: { isActive: true } }) }
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
  await trainAndPromote(hall, server.address)
  await server.close()
  const folder = path.join(inject('kept'), 'trained')
  await cp(hall.folder, folder, { recursive: true, preserveTimestamps: true })
  await hall.db.$executeRaw`UPDATE "Photo" SET root = replace(root, ${hall.folder}, ${folder})`
  await hall.db.$executeRaw`UPDATE "ImportedFile" SET root = replace(root, ${hall.folder}, ${folder})`
  await hall.close()
  return { database: hall.databaseUrl, folder }
}

const yes = () => true
const no = () => false
const exists = (file: string) => stat(file).then(yes, no)
