/**
 * The one door through which WasteX writes files. Whatever it writes is whole or absent: written aside, synced, renamed.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { messageOf, WasteXError } from './errors.js'

type Content = Uint8Array | string | AsyncIterable<string>

/** All that a disk can refuse. A test puts a disk in their place that is full, or breaks at the Nth of them. */
export const disk = {
  write: (handle: FileHandle, data: Content): Promise<void> => writeFile(handle, data),
  sync: (handle: FileHandle): Promise<void> => handle.sync(),
  rename,
  /** Also a whole folder; what is not there is removed already. */
  remove: (target: string): Promise<void> => rm(target, { recursive: true, force: true }),
}

/** What a person can mend says so; a disk that breaks is for the log alone. */
const readable = (error: unknown): unknown =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '') ? storageFull({ cause: error }) : error

export const storageFull = (options?: ErrorOptions) =>
  new WasteXError('STORAGE_FULL', 'The disk of this server is full. Make room on it, then try again.', {}, options)

/** What has such a name is being written, or a crash left it half-written: then `sweep` removes it. */
const aside = (target: string) => path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.tmp`)

const sync = async (target: string) => {
  const handle = await open(target, 'r')
  try {
    await disk.sync(handle)
  } finally {
    await handle.close()
  }
}

async function writeDraft(draft: string, data: Content, synced: boolean): Promise<void> {
  const handle = await open(draft, 'wx')
  try {
    await disk.write(handle, data)
    if (synced) await disk.sync(handle)
  } finally {
    await handle.close()
  }
}

/** Writes one file atomically; an existing one is replaced. Makes the folder if need be. */
export async function writeFileWhole(target: string, data: Content): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true })
  const draft = aside(target)
  try {
    await writeDraft(draft, data, true)
    await disk.rename(draft, target)
    await syncName(target)
  } catch (error) {
    await rm(draft, { force: true })
    throw readable(error)
  }
}

/** A name is on the disk when its folder is. */
const syncName = (target: string): Promise<void> => sync(path.dirname(target))

/** A file that somebody else wrote, perhaps only just, is as if it were written now: on the disk, and no old one. */
export async function touch(target: string): Promise<void> {
  const now = new Date()
  await utimes(target, now, now)
  await syncName(target)
}

/**
 * Makes a folder appear complete or not at all: `fill` writes into a folder aside, which then takes the name of `target`.
 * An existing `target` is replaced.
 */
export async function writeFolderWhole(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true })
  const draft = aside(target)
  await mkdir(draft)
  try {
    await fill(draft)
    for (const entry of await readdir(draft, { recursive: true })) await sync(path.join(draft, entry))
    await sync(draft)
    await rm(target, { recursive: true, force: true })
    await disk.rename(draft, target)
    await syncName(target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw readable(error)
  }
}

/**
 * Before anything is begun: a folder that cannot be written to is no place to work in.
 * @param setting that names it @throws Error with one line that says what to do
 */
export async function checkWritable(folder: string, setting: string): Promise<void> {
  const probe = path.join(folder, 'probe')
  try {
    await writeFileWhole(probe, 'WasteX can write here.')
    await rm(probe, { force: true })
  } catch (error) {
    const reasons: Readonly<Record<string, string>> = {
      STORAGE_FULL: 'The disk is full: make room on it',
      EROFS: 'The file system is read-only: mount it for writing',
      EACCES: 'This user may not write there: give it the right to',
      EPERM: 'This user may not write there: give it the right to',
    }
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? `${messageOf(error)}: mend that`
    throw new Error(`The folder ${folder} cannot be written to. ${reason}, or name another one in ${setting}.`, {
      cause: error,
    })
  }
}

/** Milliseconds. Another process may be writing in the same folder: no draft takes so long without a change. */
const abandonedMs = 3_600_000

/**
 * Removes what a crash left half-written in `folder`, an hour later; what is younger may be another process's work.
 * @param depth how many levels of folders below it are looked through, too
 */
export async function sweep(folder: string, depth = 0): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const target = path.join(folder, entry.name)
    if (entry.name.startsWith('.') && entry.name.endsWith('.tmp')) {
      if (Date.now() - (await lastChangeMs(target)) > abandonedMs) await rm(target, { recursive: true, force: true })
    } else if (depth > 0 && entry.isDirectory()) await sweep(target, depth - 1)
  }
}

/** Of a draft, or of anything directly in it. */
async function lastChangeMs(draft: string): Promise<number> {
  const inside = await readdir(draft).catch(() => []) // a file, or gone by now
  const stats = await Promise.all(
    [draft, ...inside.map((name) => path.join(draft, name))].map((file) => stat(file).catch(() => undefined)),
  )
  return Math.max(0, ...stats.map((found) => found?.mtimeMs ?? 0))
}

export const remove = (target: string): Promise<void> => disk.remove(target)

/** Whole or absent as well, but not synced: for what is checked when read and can be computed again. */
export async function writeCacheFile(target: string, data: Uint8Array): Promise<void> {
  const draft = aside(target)
  try {
    await writeDraft(draft, data, false).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      await mkdir(path.dirname(target), { recursive: true })
      await writeDraft(draft, data, false)
    })
    await disk.rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw readable(error)
  }
}

/** One file that somebody else writes: `make` writes all of it under the name that it is given. An existing one is replaced. */
export async function writeFileBy(target: string, make: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true })
  const draft = aside(target)
  try {
    await make(draft)
    await sync(draft)
    await disk.rename(draft, target)
    await syncName(target)
  } catch (error) {
    await rm(draft, { force: true })
    throw readable(error)
  }
}
