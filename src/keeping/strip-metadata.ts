/**
 * Photos that came in before copies without metadata were kept (the migration `stored_hash`) still say where and by whom they were
 * taken. They are known by their file, which is the very one that arrived: it becomes a copy, once.
 */
import { readFile } from 'node:fs/promises'
import type { Photo } from '../db.js'
import { remove, timeIn, touch, writeFileWhole } from '../disk.js'
import { messageOf } from '../errors.js'
import type { Hall } from '../hall.js'
import { inspect } from '../photos/decode.js'
import { contentHash } from '../photos/identity.js'
import { keptPlace, liesAt, photoFile, uploadFile, uploadsRoot } from '../photos/store.js'
import { withoutMetadata } from '../photos/without-metadata.js'

const photosAtOnce = 100

type StrippingHall = Pick<Hall, 'config' | 'db' | 'log'>

/** Not while a training is on: it reads the files that it was told of. @returns how many. */
export async function stripMetadata(hall: StrippingHall, isStopped: () => boolean = () => false): Promise<number> {
  const { db, log } = hall
  let stripped = 0
  for (let last = 0; ;) {
    const some = await db.photo.findMany({
      where: {
        root: uploadsRoot,
        storedHash: { equals: db.photo.fields.contentHash },
        // A dataset's photo that came back with a backup has no ending: it is its owner's, as it is.
        path: { contains: '.' },
        erasedAt: null,
        id: { gt: last },
      },
      orderBy: { id: 'asc' },
      take: photosAtOnce,
    })
    for (const photo of some) {
      if (isStopped() || (await db.trainingRun.count({ where: { status: { in: ['QUEUED', 'RUNNING'] } } })) > 0)
        return stripped
      try {
        if (await strip(hall, photo)) stripped++
      } catch (error) {
        log.warn({ photo: photo.contentHash, reason: messageOf(error) }, 'a photo keeps its metadata')
      }
      last = photo.id
    }
    if (some.length < photosAtOnce) return stripped
  }
}

/**
 * The copy under a name of its own: the row names a whole file at any moment, the old one or the new one. The old one stays for an
 * hour (sweep-uploads.ts): a backup or a training may have been told of it a moment ago.
 */
async function strip({ config, db }: StrippingHall, photo: Photo): Promise<boolean> {
  const { id, storedHash } = photo
  if (!(await liesAt(config, photo, storedHash))) return false
  const bytes = await readFile(photoFile(config, photo))
  const copy = await withoutMetadata(bytes, await inspect(bytes), 'house')
  const { path: kept } = keptPlace(photo.contentHash)
  const place = { root: uploadsRoot, path: kept.replace(/jpg$/, 'copy.jpg') }
  await writeFileWhole(uploadFile(config, place), copy)
  const { count } = await db.photo.updateMany({
    where: { id, storedHash, erasedAt: null },
    data: { ...place, storedHash: contentHash(copy), bytes: copy.length },
  })
  if (count > 0) {
    await touch(uploadFile(config, photo), await timeIn(config.uploadsDir))
    return true
  }
  // It was erased meanwhile; or another process has done the same, and then the row names this very file.
  const now = await db.photo.findUnique({ where: { id } })
  if (now?.erasedAt !== null || now.path !== place.path) await remove(uploadFile(config, place))
  return false
}
