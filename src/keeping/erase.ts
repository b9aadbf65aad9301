/**
 * A photo goes, on request or after its time: its bytes, and what was computed of them. Its rows stay as a tombstone, so that old
 * versions can say what they had; the same bytes sent again find the tombstone, and are not kept again.
 */
import type { Doer } from '../access/doer.js'
import { leaveTrail } from '../access/trail.js'
import { type Prisma, uuidPattern } from '../db.js'
import { remove } from '../disk.js'
import { conflict, notFound } from '../errors.js'
import type { Hall } from '../hall.js'
import { exists, photoFile, uploadsRoot } from '../photos/store.js'
import { forgetFeatures } from '../training/features/forget.js'

type ErasingHall = Pick<Hall, 'config' | 'db'>

/** Of a file name, too: people put names into them. */
export const erasedFilename = 'erased'

/**
 * Done again where it was done before: nothing more happens.
 * @param id of the Image
 * @param stillSo the photo goes only if this holds at that moment
 * @returns false when it does not
 * @throws WasteXError NOT_FOUND; CONFLICT when its file lies in a dataset folder, which is its owner's
 */
export async function erasePhoto(
  { config, db }: ErasingHall,
  by: Doer,
  id: string,
  stillSo: Prisma.ImageWhereInput = {},
): Promise<boolean> {
  const image = uuidPattern.test(id) ? await db.image.findUnique({ where: { id }, include: { photo: true } }) : null
  if (!image) throw notFound('photo', id)
  const { photo } = image
  if (photo.root !== uploadsRoot && (await exists(photoFile(config, photo))))
    throw conflict(`The photo lies in a dataset folder, as ${photo.path}. Delete it there, then erase it here.`)
  // The rows first: nobody is shown it, labels it or learns from it any more, whatever becomes of the rest.
  const isErased = await db.$transaction(async (tx) => {
    const { count } = await tx.image.updateMany({ where: { id, ...stillSo }, data: { filename: erasedFilename } })
    if (count === 0) return false
    const left = { reviewed: true, staged: false, assignedLabel: null }
    await tx.image.updateMany({ where: { id, addedToDataset: false }, data: left })
    const data = { erasedAt: photo.erasedAt ?? new Date(), filename: erasedFilename }
    await tx.photo.update({ where: { id: photo.id }, data })
    const subject = { type: 'Image', id, name: erasedFilename } as const
    await leaveTrail(tx, by, photo.erasedAt ? [] : [{ action: 'ERASE_PHOTO', subject }])
    return true
  })
  if (isErased) await removeBytes(config, photo)
  return isErased
}

type Remains = Parameters<typeof photoFile>[1] & { readonly storedHash: string }

async function removeBytes(config: Hall['config'], photo: Remains): Promise<void> {
  if (photo.root === uploadsRoot) await remove(photoFile(config, photo))
  await forgetFeatures(config, photo.storedHash)
}

/** Bytes whose rows say that they are gone: a crash came between the two. */
export async function finishErasing({ config, db }: ErasingHall): Promise<void> {
  const erased = await db.photo.findMany({ where: { erasedAt: { not: null }, root: uploadsRoot } })
  for (const photo of erased) if (await exists(photoFile(config, photo))) await removeBytes(config, photo)
}
