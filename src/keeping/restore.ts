/**
 * `npm run restore`: a backup becomes a WasteX again, in an empty database and empty folders. All of it is unpacked aside and held
 * against the hashes that it was made with; the database is filled in one transaction; the folders take their place just before that
 * is committed. What was stopped before has no rows, and is done again (once the folders are emptied, if it had come so far).
 */
import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { Config } from '../config.js'
import { connectAlone } from '../db.js'
import { moveInto, remove, withFolderAside, writeInDraft } from '../disk.js'
import { messageOf, WasteXError } from '../errors.js'
import { foundFolders } from '../model/run-folder.js'
import { unpack } from './archive.js'
import { Contents, contentsFile, Head, headFile, tableFile } from './contents.js'
import { followFiles } from './follow-files.js'
import { fillTable, schemaOf, tablesOf } from './tables.js'

type Folders = Pick<Config, 'dataDir' | 'modelsDir' | 'uploadsDir'>

export type Restored = Contents & Pick<Head, 'at'>

/** @throws Error with one line that says what to do */
export async function restore(config: Folders, databaseUrl: string, file: string): Promise<Restored> {
  const client = await connectAlone(databaseUrl)
  try {
    await refuseIfUsed(config, client)
    const archive = await open(file)
    try {
      const { at, release = '0.1.0', schema } = await orDamaged(file, () => headOf(archive))
      if (schema.join() !== (await schemaOf(client)).join())
        throw new Error(`This backup was made by WasteX ${release}: restore it with that one, then update.`)
      const aside = <T>(folder: string, use: (draft: string) => Promise<T>) =>
        withFolderAside(path.join(folder, 'restored'), use)
      const contents = await aside(config.dataDir, (rest) =>
        aside(config.uploadsDir, (photos) =>
          aside(config.modelsDir, async (models) => {
            const found = await orDamaged(file, () => unpackInto({ photos, models, rest }, archive))
            await fill(client, found, rest, () => place(config, { photos, models }))
            return found
          }),
        ),
      )
      return { at, ...contents }
    } finally {
      await archive.close()
    }
  } finally {
    await client.end()
  }
}

async function orDamaged<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    // What the disk says, full or broken, is not about the backup.
    if (error instanceof WasteXError || (error instanceof Error && 'errno' in error)) throw error
    throw new Error(`${file} is no backup of WasteX, or a damaged one: ${messageOf(error)}`, { cause: error })
  }
}

async function headOf(archive: FileHandle): Promise<Head> {
  for await (const { name, content } of unpack(archive)) {
    if (name !== headFile) break
    return Head.parse(JSON.parse(await textOf(content())))
  }
  throw new Error(`it does not begin with ${headFile}`)
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of content) parts.push(part)
  return Buffer.concat(parts).toString()
}

/** Where the parts of a backup go: what is before the first `/` names one; all else goes to `rest`. */
type Places = Readonly<Record<'photos' | 'models' | 'rest', string>>

/** @throws Error when a file is missing, too many, or not the one that was backed up */
async function unpackInto(places: Places, archive: FileHandle): Promise<Contents> {
  const found = new Map<string, string>()
  for await (const { name, content } of unpack(archive)) {
    const hash = createHash('sha256')
    await writeInDraft(placeOf(places, name), hashing(content(), hash))
    found.set(name, hash.digest('hex'))
  }
  if (!found.has(contentsFile)) throw new Error('its end is missing')
  const contents = Contents.parse(JSON.parse(await readFile(placeOf(places, contentsFile), 'utf8')))
  found.delete(contentsFile)
  for (const name of Object.keys(contents.files)) if (!found.has(name)) throw new Error(`${name} is missing in it`)
  for (const [name, hash] of found)
    if (contents.files[name] !== hash) throw new Error(`${name} is not the file that was backed up`)
  for (const folder of await foundFolders({ modelsDir: places.models }))
    if (contents.gone.runs.includes(folder.name)) await remove(folder.place)
  return contents
}

/** @throws Error for a name that leads out of its folder */
function placeOf(places: Places, name: string): string {
  const [first = '', ...parts] = name.split('/')
  const [folder, below] =
    first === 'photos' || first === 'models' ? [places[first], path.join(...parts)] : [places.rest, name]
  const place = path.resolve(folder, below)
  if (!place.startsWith(folder + path.sep)) throw new Error(`it has a file of the name ${name}`)
  return place
}

async function* hashing(content: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const part of content) {
    hash.update(part)
    yield part
  }
}

/** @returns takes all of it away again */
async function place(config: Folders, drafts: Pick<Places, 'photos' | 'models'>): Promise<() => Promise<void>> {
  const undoPhotos = await moveInto(config.uploadsDir, drafts.photos)
  try {
    const undoModels = await moveInto(config.modelsDir, drafts.models)
    return async () => {
      await undoPhotos()
      await undoModels()
    }
  } catch (error) {
    await undoPhotos()
    throw error
  }
}

async function refuseIfUsed({ uploadsDir, modelsDir }: Folders, client: pg.ClientBase): Promise<void> {
  for (const folder of [uploadsDir, modelsDir]) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'))
    if (names.length > 0) throw new Error(`${folder} is not empty: a backup is restored into empty folders only.`)
  }
  for (const table of await tablesOf(client)) {
    const { rowCount } = await client.query(`SELECT FROM ${pg.escapeIdentifier(table)} LIMIT 1`)
    if (rowCount) throw new Error(`The database is not empty (${table}): name another WASTEX_DATA or DATABASE_URL.`)
  }
}

/**
 * Rows come in any order: until all of them are there, foreign keys wait; triggers have seen these rows before.
 * @param placeFiles called last; what it returns takes them away again
 */
async function fill(
  client: pg.ClientBase,
  contents: Contents,
  folder: string,
  placeFiles: () => Promise<() => Promise<void>>,
): Promise<void> {
  const tables = (await tablesOf(client)).map((name) => ({ name, quoted: pg.escapeIdentifier(name) }))
  const { rows: keys } = await client.query<{ table: string; name: string }>(
    `SELECT relname AS table, conname AS name FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
     WHERE contype = 'f' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())`,
  )
  const alterKeys = async (how: string) => {
    for (const { table, name } of keys)
      await client.query(
        `ALTER TABLE ${pg.escapeIdentifier(table)} ALTER CONSTRAINT ${pg.escapeIdentifier(name)} ${how}`,
      )
  }
  await client.query('BEGIN')
  await alterKeys('DEFERRABLE INITIALLY DEFERRED')
  for (const { quoted } of tables) await client.query(`ALTER TABLE ${quoted} DISABLE TRIGGER USER`)
  for (const { name } of tables) {
    const count = await fillTable(client, name, path.join(folder, tableFile(name)))
    if (count !== contents.rows[name])
      throw new Error(`The backup is damaged: ${name} has ${count} rows of ${contents.rows[name]}.`)
  }
  await followFiles(client, contents)
  await client.query('SET CONSTRAINTS ALL IMMEDIATE')
  for (const { quoted } of tables) await client.query(`ALTER TABLE ${quoted} ENABLE TRIGGER USER`)
  await alterKeys('NOT DEFERRABLE')
  const undo = await placeFiles()
  try {
    await client.query('COMMIT')
  } catch (error) {
    // The database has refused. Of one that is not heard from nobody knows: then the files stay.
    if (error instanceof pg.DatabaseError) await undo()
    throw error
  }
}
