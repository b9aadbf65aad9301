/**
 * `npm run backup`: database, photos and models in one tar file, while the server runs. The database is looked at once, in one
 * transaction; the files that it names were there before their rows and never change, so what is copied after that look fits it.
 * Checkpoints and caches are left out: a run that was interrupted begins anew, features are computed again.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { create, replace } from 'tar'
import { z } from 'zod'
import type { Config } from '../config.js'
import { connectAlone } from '../db.js'
import { writeFileBy, writeFileWhole, writeFolderWhole, remove } from '../disk.js'
import { readTable, schemaOf, tablesOf } from './tables.js'

/** What a backup says of itself, as `backup.json`. */
export const Contents = z.object({
  format: z.literal(1),
  at: z.iso.datetime(),
  schema: z.array(z.string()),
  /** Rows by table. */
  rows: z.record(z.string(), z.number().int()),
  /** Names of runs whose models are in it. */
  models: z.array(z.string()),
  photos: z.number().int(),
})
export type Contents = z.infer<typeof Contents>

type Folders = Pick<Config, 'dataDir' | 'modelsDir' | 'uploadsDir'>

export async function backUp(config: Folders, databaseUrl: string, file: string): Promise<Contents> {
  const client = await connectAlone(databaseUrl)
  // Beside the file: there is room for it there, or nowhere.
  const look = `${file}.look`
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const rows: Record<string, number> = {}
    await writeFolderWhole(look, async (folder) => {
      for (const table of await tablesOf(client)) {
        const lines = readTable(client, table, (count) => (rows[table] = count))
        await writeFileWhole(path.join(folder, `${table}.jsonl`), lines)
      }
    })
    const photos = await placesOfPhotos(client, config)
    const models = await namesOfModels(client, config)
    const schema = await schemaOf(client)
    await client.query('COMMIT')
    const contents: Contents = { format: 1, at: new Date().toISOString(), schema, rows, models, photos: photos.length }
    await writeFileWhole(path.join(look, 'backup.json'), JSON.stringify(contents))
    await writeFileBy(file, async (draft) => {
      const tables = Object.keys(rows).map((table) => `${table}.jsonl`)
      await create({ file: draft, cwd: look, portable: true }, ['backup.json', ...tables])
      if (photos.length > 0)
        await replace({ file: draft, cwd: config.uploadsDir, prefix: 'uploads', portable: true }, photos)
      if (models.length > 0)
        await replace({ file: draft, cwd: config.modelsDir, prefix: 'models', portable: true }, models)
    })
    return contents
  } finally {
    await client.end()
    await remove(look)
  }
}

type Client = Awaited<ReturnType<typeof connectAlone>>

async function placesOfPhotos(client: Client, { uploadsDir }: Folders): Promise<string[]> {
  const { rows } = await client.query<{ path: string }>(
    `SELECT path FROM "Photo" WHERE root = 'uploads' AND "erasedAt" IS NULL ORDER BY path`,
  )
  // One that was erased after the look is gone, and is not brought back.
  return rows.map((row) => row.path).filter((place) => existsSync(path.join(uploadsDir, place)))
}

async function namesOfModels(client: Client, { modelsDir }: Folders): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM "TrainingRun" WHERE status = 'COMPLETED' ORDER BY name`,
  )
  return rows.map(({ name }) => name).filter((name) => existsSync(path.join(modelsDir, name)))
}
