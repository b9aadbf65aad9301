/** What a crash left half-written goes. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder, remove, timeIn } from './disk.js'

/** Milliseconds. Another process may be writing in the same folder: no draft takes so long without a change. */
const abandonedMs = 3_600_000

/**
 * Removes what a crash left half-written in `folder`, an hour later; what is younger may be another process's work.
 * @param depth how many levels of folders below it are looked through, too
 */
export async function sweep(folder: string, depth = 0): Promise<void> {
  await makeFolder(folder)
  let now: Date | undefined
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const target = path.join(folder, entry.name)
    if (entry.name.startsWith('.') && entry.name.endsWith('.tmp')) {
      now ??= await timeIn(folder)
      if (now.getTime() - (await lastChangeMs(target)) > abandonedMs) await remove(target)
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
