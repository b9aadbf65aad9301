/** Photos of review that can be looked at: drawn, on disk, with their rows. */
import { mkdir, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Prisma } from '../../src/db.js'
import { publish } from '../../src/events.js'
import { drawnPhoto } from './drawn-photo.js'
import { addImage } from './rows.js'
import type { TestServer } from './server.js'

/**
 * One after the other, so that the first has waited longest; whoever watches the queue hears of each.
 * @param names of the files; each is another picture
 * @returns ids of the Images, in that order
 */
export async function queuePhotos(
  { db, config }: TestServer,
  names: readonly string[],
  image: Partial<Prisma.ImageUncheckedCreateInput> = {},
): Promise<string[]> {
  const ids: string[] = []
  for (const filename of names) {
    const hash = (of: Buffer | string) => createHash('sha256').update(of).digest('hex')
    const bytes = await drawnPhoto(Number.parseInt(hash(filename).slice(0, 7), 16))
    const contentHash = hash(bytes)
    const place = `${contentHash.slice(0, 2)}/${contentHash}.jpg`
    const file = path.join(config.uploadsDir, place)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, bytes)
    const kept = { contentHash, storedHash: contentHash, path: place, bytes: bytes.length, width: 96, height: 72 }
    const { id } = await addImage(db, { filename, ...image }, kept)
    await publish(db, 'imageQueued', { id })
    ids.push(id)
  }
  return ids
}
