/**
 * The one door through which WasteX writes files. Whatever it writes is whole or absent: written aside, synced, renamed.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** What has such a name is being written, or a crash left it half-written: then `sweep` removes it. */
const aside = (target: string) => path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.tmp`)

const sync = async (target: string) => {
  const handle = await open(target, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes one file atomically; an existing one is replaced. Makes the folder if need be. */
export async function writeFileWhole(target: string, data: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true })
  const draft = aside(target)
  try {
    const handle = await open(draft, 'wx')
    try {
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await sync(path.dirname(target))
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
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  await sync(path.dirname(target))
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

export async function remove(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true })
}

/** Whole or absent as well, but not synced: for what is checked when read and can be computed again. */
export async function writeCacheFile(target: string, data: Uint8Array): Promise<void> {
  const draft = aside(target)
  try {
    await writeFile(draft, data).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      await mkdir(path.dirname(target), { recursive: true })
      await writeFile(draft, data)
    })
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
