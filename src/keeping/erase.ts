/**
 * A photo goes, on request or after its time: its bytes, and what was computed of them. Its rows stay as a tombstone, so that old
 * versions can say what they had; the same bytes sent or imported again find the tombstone, and are not kept or learned from.
 */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { leaveTrail } from '../access/trail.js'
import type { Db, Prisma } from '../db.js'
import { remove } from '../disk.js'
import { conflict, notFound } from '../errors.js'
import type { Hall } from '../hall.js'
import { readableName } from '../photos/path-text.js'
import { keptPlace, liesAt, type PlaceOfPhoto, uploadFile, uploadsRoot } from '../photos/store.js'
import { tellChanged } from '../reviews/tell-changed.js'
import { forgetFeatures } from '../training/features/forget.js'
import { bury } from './bury.js'

type ErasingHall = Pick<Hall, 'config' | 'db'>
type Found = NonNullable<Awaited<ReturnType<typeof lock>>>

/**
 * On request. Done again where it was done before: nothing more happens.
 * @param id of the Photo
 * @throws WasteXError NOT_FOUND; CONFLICT while its bytes lie in a dataset folder, which is its owner's
 */
export async function erasePhoto(hall: ErasingHall, by: Doer, id: number): Promise<void> {
  const photo = await hall.db.$transaction(async (tx) => {
    const found = await lock(tx, id)
    if (!found) throw notFound('photo', String(id))
    const place = await placeInDatasets(hall.config, found)
    if (place)
      throw conflict(
        `The photo lies in a dataset folder, as ${readableName(place.path)}. Delete it there, then erase it here.`,
      )
    await buryOne(tx, by, found)
    return found
  })
  await removeBytes(hall, photo)
}

/** Only if `stillSo` holds at that moment. @returns false when it does not */
export async function erasePhotoIf(
  hall: ErasingHall,
  by: Doer,
  id: number,
  stillSo: Prisma.PhotoWhereInput,
): Promise<boolean> {
  const photo = await hall.db.$transaction(async (tx) => {
    const found = await lock(tx, id)
    if (!found || (await tx.photo.count({ where: { AND: [{ id }, stillSo] } })) === 0) return undefined
    await buryOne(tx, by, found)
    return found
  })
  if (photo) await removeBytes(hall, photo)
  return photo !== undefined
}

/** Until the transaction ends nobody labels it, and no import or version takes it in: in this order, as `changeStates` does. */
async function lock(tx: Db, id: number) {
  await tx.$executeRaw`SELECT FROM "Image" WHERE "photoId" = ${id} FOR NO KEY UPDATE`
  await tx.$executeRaw`SELECT FROM "Photo" WHERE id = ${id} FOR UPDATE`
  return tx.photo.findUnique({ where: { id }, include: { image: true, files: true } })
}

/** A file that holds other bytes by now is another photo. */
async function placeInDatasets(config: Hall['config'], photo: Found): Promise<PlaceOfPhoto | undefined> {
  for (const place of photo.root === uploadsRoot ? photo.files : [photo, ...photo.files])
    if (await liesAt(config, place, photo.contentHash)) return place
  return undefined
}

/** The rows first: whatever becomes of the rest. */
async function buryOne(tx: Db, by: Doer, { id, contentHash, erasedAt, image }: Found): Promise<void> {
  await bury((sql, ...values) => tx.$queryRawUnsafe(sql, ...values), [id])
  const subject = image
    ? ({ type: 'Image', id: image.id } as const)
    : ({ type: 'Photo', id, name: contentHash } as const)
  await leaveTrail(tx, by, erasedAt ? [] : [{ action: 'ERASE_PHOTO', subject }])
  if (image && !erasedAt) await tellChanged(tx, [image.id])
  await keepReceipt(tx, by)
}

type Remains = PlaceOfPhoto & { readonly id: number; readonly contentHash: string; readonly storedHash: string }

/**
 * The file comes last, the word that all is done after it. A training that is on may write features of the photo yet: they are
 * forgotten when it ends (training/erased-meanwhile.ts), and while it may be killed before, this is not done.
 */
async function removeBytes({ config, db }: ErasingHall, photo: Remains): Promise<void> {
  await forgetFeatures(config, photo)
  // Whatever is kept of it: also from before it was found in a dataset, and what came, where a copy without metadata was made of it.
  const folder = path.dirname(uploadFile(config, keptPlace(photo.contentHash)))
  for (const name of await readdir(folder).catch(() => []))
    if (name.split('.')[0] === photo.contentHash) await remove(path.join(folder, name))
  if (photo.root === uploadsRoot) await remove(uploadFile(config, photo))
  await db.$executeRaw`
    UPDATE "Photo" SET "bytesGoneAt" = now() WHERE id = ${photo.id} AND "bytesGoneAt" IS NULL
      AND NOT EXISTS (SELECT FROM "TrainingRun" WHERE status IN ('QUEUED', 'RUNNING'))`
}

const photosAtOnce = 100

/** Of those whose rows say that they are erased, what a crash left, or a training wrote since. @returns how many they were */
export async function finishErasing(hall: ErasingHall, isStopped: () => boolean = () => false): Promise<number> {
  let count = 0
  for (let last = 0; ;) {
    const some = await hall.db.photo.findMany({
      where: { erasedAt: { not: null }, bytesGoneAt: null, id: { gt: last } },
      orderBy: { id: 'asc' },
      take: photosAtOnce,
    })
    for (const photo of some) {
      if (isStopped()) return count
      await removeBytes(hall, photo)
      last = photo.id
      count++
    }
    if (some.length < photosAtOnce) return count
  }
}
