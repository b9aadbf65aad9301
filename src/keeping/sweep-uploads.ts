/** Files of photos that no row names: a crash came between the two, or the photo is found elsewhere since. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { remove, timeIn } from '../disk.js'
import type { Hall } from '../hall.js'
import { uploadsRoot } from '../photos/store.js'

/** Milliseconds. A photo's row comes a moment after its file. */
const abandonedMs = 3_600_000
const filesAtOnce = 500
/** As photos/store.ts names what it keeps. */
const kept = /^([0-9a-f]{64})\./

/** @returns how many. */
export async function sweepUploads(
  { config, db }: Pick<Hall, 'config' | 'db'>,
  isStopped: () => boolean = () => false,
): Promise<number> {
  const root = config.uploadsDir
  let swept = 0
  // By the clock of the disk, and looked at once: a file that comes later is only younger than it seems.
  let now: number | undefined
  for (const folder of await readdir(root).catch(() => [])) {
    const names = (await readdir(path.join(root, folder)).catch(() => [])).filter((name) => kept.test(name))
    for (let start = 0; start < names.length; start += filesAtOnce) {
      if (isStopped()) return swept
      const some = names.slice(start, start + filesAtOnce)
      const rows = await db.photo.findMany({
        where: {
          contentHash: { in: some.map((name) => kept.exec(name)?.[1] ?? '') },
          root: uploadsRoot,
          erasedAt: null,
        },
        select: { path: true },
      })
      const named = new Set(rows.map((row) => row.path))
      for (const name of some) {
        if (named.has(`${folder}/${name}`)) continue
        const file = path.join(root, folder, name)
        // Looked at after the rows: what was kept, or kept again, since they were looked at is no old file.
        const found = await stat(file).catch(() => undefined)
        if (!found) continue
        now ??= (await timeIn(root)).getTime()
        if (now - found.mtimeMs < abandonedMs) continue
        await remove(file)
        swept++
      }
    }
  }
  return swept
}
