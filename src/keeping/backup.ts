/**
 * `npm run backup`: database, photos and models in one file, while the server runs. The database is looked at once, in one
 * transaction; the files that it names were there before their rows and never change, so what is copied after that look fits it.
 * Imported photos are in it, too: the folders that they were imported from may not be where it is restored. Checkpoints and caches are
 * left out: a run that was interrupted begins anew, features are computed again.
 */
import { type FileHandle, open, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.js'
import { connectAlone } from '../db.js'
import { withFolderAside, writeFileWhole, writeInDraft } from '../disk.js'
import { messageOf } from '../errors.js'
import { type Artefact, cardFile } from '../model/card.js'
import { runFolder } from '../model/run-folder.js'
import { type FilePath, readableName } from '../photos/path-text.js'
import { photoFile, uploadsRoot } from '../photos/store.js'
import { endOfArchive, type Hashes, packFile, packText } from './archive.js'
import {
  type Contents,
  contentsFile,
  type Head,
  headFile,
  modelFile,
  photoPrefix,
  placeInBackup,
  tableFile,
} from './contents.js'
import { release } from '../release.js'
import { readTable, schemaOf, tablesOf } from './tables.js'

type Folders = Pick<Config, 'dataDir' | 'modelsDir' | 'uploadsDir'>
type Client = Awaited<ReturnType<typeof connectAlone>>

interface KnownPhoto {
  readonly contentHash: string
  readonly storedHash: string
  readonly root: string
  readonly path: string
}
interface KnownRun {
  readonly name: string
  readonly attempt: number
  readonly artefacts: readonly Artefact[]
}
/** The database at one moment; its rows lie as files in a folder. */
interface Look {
  readonly head: Head
  readonly rows: Readonly<Record<string, number>>
  readonly photos: readonly KnownPhoto[]
  readonly runs: readonly KnownRun[]
}

/** @returns what is in it: `faults` are for a person to read. */
export async function backUp(config: Folders, databaseUrl: string, file: string): Promise<Contents> {
  const client = await connectAlone(databaseUrl)
  try {
    return await withFolderAside(path.join(config.dataDir, 'look'), async (folder) => {
      const look = await lookAt(client, folder)
      let contents: Contents | undefined
      await writeFileWhole(
        file,
        archiveOf(config, client, look, folder, (all) => (contents = all)),
      )
      if (!contents) throw new Error('the backup was written without its contents')
      return contents
    })
  } finally {
    await client.end()
  }
}

async function lookAt(client: Client, folder: string): Promise<Look> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const rows: Record<string, number> = {}
  for (const table of await tablesOf(client)) {
    const lines = readTable(client, table, (count) => (rows[table] = count))
    await writeInDraft(path.join(folder, tableFile(table)), lines)
  }
  // Of what was imported, no more than some version or an operator needs: a refused file is none of it.
  const photos = await client.query<KnownPhoto>(
    `SELECT "contentHash", "storedHash", root, path FROM "Photo" p
     WHERE "erasedAt" IS NULL AND (root = $1 OR EXISTS (SELECT FROM "VersionEntry" e WHERE e."photoId" = p.id)
       OR EXISTS (SELECT FROM "Image" i WHERE i."photoId" = p.id)) ORDER BY "contentHash"`,
    [uploadsRoot],
  )
  const runs = await client.query<KnownRun>(
    `SELECT name, attempt, artefacts FROM "TrainingRun" WHERE status = 'COMPLETED' ORDER BY name`,
  )
  const head: Head = { format: 2, at: new Date().toISOString(), release, schema: await schemaOf(client) }
  await client.query('COMMIT')
  return { head, rows, photos: photos.rows, runs: runs.rows }
}

/** @param told what is in it, when all of it has gone by */
async function* archiveOf(
  config: Folders,
  client: Client,
  { head, rows, photos, runs }: Look,
  folder: string,
  told: (contents: Contents) => void,
): AsyncGenerator<Uint8Array> {
  const hashes: Hashes = new Map()
  yield* packText(headFile, JSON.stringify(head), hashes)
  for (const table of Object.keys(rows)) yield* packAt(tableFile(table), path.join(folder, tableFile(table)), hashes)

  const faults: Faults = { photos: new Map(), runs: new Map() }
  for (const photo of photos) yield* packPhoto(config, photo, hashes, faults)
  for (const run of runs) yield* packModel(config, run, hashes, faults)

  const gone = await whatWentMeanwhile(client, faults)
  for (const contentHash of gone.photos) faults.photos.delete(contentHash)
  for (const name of gone.runs) faults.runs.delete(name)
  const contents: Contents = {
    rows,
    photos: [...hashes.keys()].filter((name) => name.startsWith(photoPrefix)).length,
    models: runs
      .filter((run) => hashes.has(modelFile(path.basename(runFolder(config, run)), cardFile)))
      .map(({ name }) => name)
      .filter((name) => !gone.runs.includes(name)),
    gone,
    faults: [...linesOf('photo', faults.photos), ...linesOf('run', faults.runs)],
    files: Object.fromEntries(hashes),
  }
  yield* packText(contentsFile, JSON.stringify(contents), hashes)
  yield endOfArchive()
  told(contents)
}

/** By content hash, and by name. */
interface Faults {
  readonly photos: Map<string, readonly string[]>
  readonly runs: Map<string, readonly string[]>
}

async function* packPhoto(config: Folders, photo: KnownPhoto, hashes: Hashes, { photos: faults }: Faults) {
  const name = photoPrefix + placeInBackup(photo, uploadsRoot)
  try {
    yield* packAt(name, photoFile(config, photo), hashes)
    if (hashes.get(name) !== photo.storedHash)
      faults.set(photo.contentHash, [`the file at ${readableName(photo.path)} is not the one that it was`])
  } catch (error) {
    if (!isMissing(error)) throw error
    faults.set(photo.contentHash, [messageOf(error)])
  }
}

async function* packModel(config: Folders, run: KnownRun, hashes: Hashes, { runs: faults }: Faults) {
  const { name, artefacts } = run
  const folder = runFolder(config, run)
  const inArchive = (file: string) => modelFile(path.basename(folder), file)
  const files = await openAll(folder)
  try {
    for (const [file, handle] of files) yield* packFile(inArchive(file), handle, hashes)
  } finally {
    for (const handle of files.values()) await handle.close()
  }
  const wrong = artefacts
    .filter((artefact) => hashes.get(inArchive(artefact.name)) !== artefact.sha256)
    .map((artefact) => `${artefact.name} is ${files.has(artefact.name) ? 'not the file that it was' : 'missing'}`)
  if (!files.has(cardFile)) wrong.unshift(`its folder has no ${cardFile}`)
  if (wrong.length > 0) faults.set(name, wrong)
}

const linesOf = (what: string, faults: Faults['photos']) =>
  [...faults].flatMap(([name, lines]) => lines.map((line) => `${what} ${name}: ${line}`))

async function* packAt(name: string, file: FilePath, hashes: Hashes): AsyncGenerator<Uint8Array> {
  const handle = await open(file)
  try {
    yield* packFile(name, handle, hashes)
  } finally {
    await handle.close()
  }
}

/** All of them before the first is read: what is pruned meanwhile can still be read to its end. */
async function openAll(folder: string): Promise<Map<string, FileHandle>> {
  const files = new Map<string, FileHandle>()
  try {
    for (const name of (await readdir(folder)).toSorted()) files.set(name, await open(path.join(folder, name)))
  } catch (error) {
    if (!isMissing(error)) throw error // what is missing is found by what the run should have
  }
  return files
}

/** Not there, or not ours to read: that is one file, and not the backup. */
const isMissing = (error: unknown) =>
  ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')

/** Of what is missing: photos that were erased and runs that were pruned since the look. */
async function whatWentMeanwhile(client: Client, { photos, runs }: Faults): Promise<Contents['gone']> {
  const erased = await client.query<{ contentHash: string }>(
    `SELECT "contentHash" FROM "Photo" WHERE "contentHash" = ANY($1) AND "erasedAt" IS NOT NULL`,
    [[...photos.keys()]],
  )
  const there = await client.query<{ name: string }>(`SELECT name FROM "TrainingRun" WHERE name = ANY($1)`, [
    [...runs.keys()],
  ])
  const namesThere = new Set(there.rows.map(({ name }) => name))
  return {
    photos: erased.rows.map(({ contentHash }) => contentHash),
    runs: [...runs.keys()].filter((name) => !namesThere.has(name)),
  }
}
