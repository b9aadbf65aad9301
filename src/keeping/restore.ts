/**
 * `npm run restore`: a backup becomes a WasteX again, in an empty database and empty folders. The database comes last, in one
 * transaction: what was stopped half-way has no rows, and is done again once its folders are emptied.
 */
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { extract } from 'tar'
import type { Config } from '../config.js'
import { connectAlone } from '../db.js'
import { remove, writeFolderWhole } from '../disk.js'
import { messageOf } from '../errors.js'
import { Contents } from './backup.js'
import { fillTable, schemaOf, tablesOf } from './tables.js'

type Folders = Pick<Config, 'modelsDir' | 'uploadsDir'>

/** @throws Error with one line that says what to do */
export async function restore(config: Folders, databaseUrl: string, file: string): Promise<Contents> {
  const client = await connectAlone(databaseUrl)
  const look = await mkdtemp(path.join(os.tmpdir(), 'wastex-restore-'))
  try {
    const contents = await contentsOf(file, look)
    await refuseIfUsed(config, client)
    const schema = await schemaOf(client)
    if (schema.join() !== contents.schema.join())
      throw new Error('This backup was made by another WasteX: restore it with that one, then update.')
    await writeFolderWhole(config.uploadsDir, (folder) => part(file, 'uploads', folder))
    for (const name of contents.models)
      await writeFolderWhole(path.join(config.modelsDir, name), (folder) => part(file, `models/${name}`, folder))
    await fill(client, contents, look)
    return contents
  } finally {
    await client.end()
    await remove(look)
  }
}

/** Of all that lies at its top: the tables, too. */
async function contentsOf(file: string, look: string): Promise<Contents> {
  try {
    await extract({ file, cwd: look, filter: (name) => !name.includes('/'), strict: true })
    return Contents.parse(JSON.parse(await readFile(path.join(look, 'backup.json'), 'utf8')))
  } catch (error) {
    throw new Error(`${file} is no backup of WasteX, or a damaged one: ${messageOf(error)}`, { cause: error })
  }
}

const part = (file: string, name: string, folder: string): Promise<void> =>
  extract({
    file,
    cwd: folder,
    strip: name.split('/').length,
    strict: true,
    filter: (entry) => entry.startsWith(`${name}/`),
  })

async function refuseIfUsed({ uploadsDir, modelsDir }: Folders, client: pg.ClientBase): Promise<void> {
  for (const folder of [uploadsDir, modelsDir]) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'))
    if (names.length > 0) throw new Error(`${folder} is not empty: a backup is restored into empty folders only.`)
  }
  for (const table of ['Photo', 'DatasetVersion', 'TrainingRun']) {
    const { rowCount } = await client.query(`SELECT FROM ${pg.escapeIdentifier(table)} LIMIT 1`)
    if (rowCount) throw new Error('The database is not empty: name another WASTEX_DATA or DATABASE_URL.')
  }
}

/** Rows come in any order: until all of them are there, foreign keys wait; triggers have seen these rows before. */
async function fill(client: pg.ClientBase, { rows }: Contents, look: string): Promise<void> {
  const tables = (await tablesOf(client)).map((name) => ({ name, quoted: pg.escapeIdentifier(name) }))
  const { rows: keys } = await client.query<{ table: string; name: string }>(
    `SELECT relname AS table, conname AS name FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
     WHERE contype = 'f' AND relnamespace = 'public'::regnamespace`,
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
    const count = await fillTable(client, name, path.join(look, `${name}.jsonl`))
    if (count !== rows[name]) throw new Error(`The backup is damaged: ${name} has ${count} rows of ${rows[name]}.`)
  }
  await client.query('SET CONSTRAINTS ALL IMMEDIATE')
  for (const { quoted } of tables) await client.query(`ALTER TABLE ${quoted} ENABLE TRIGGER USER`)
  await alterKeys('NOT DEFERRABLE')
  await client.query('COMMIT')
}
