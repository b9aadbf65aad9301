/** A photo goes to the operator: once for its bytes, whatever becomes of it. */
import path from 'node:path'
import type { Db, OodReason } from '../db.js'
import { remove } from '../disk.js'
import { publish } from '../events.js'
import type { Hall } from '../hall.js'
import type { DecodedPhoto } from '../photos/decode.js'
import { plainFilename } from '../photos/filename.js'
import { contentHash } from '../photos/identity.js'
import { perceptualHash } from '../photos/perceptual-hash.js'
import { keepPhoto, liesAt, uploadFile } from '../photos/store.js'
import { erasedFilename, movePhoto, savePhotos } from '../photos/save-photos.js'

/** As `Image.allPredictions` keeps it. */
export interface ClassProbability {
  readonly classLabel: string
  /** In [0, 1]; all classes sum to 1. */
  readonly probability: number
  /** The same at the model's temperature; null: it has none; undefined: kept by an earlier WasteX. */
  readonly calibrated?: number | null
}

export interface PhotoForReview {
  /** As they arrived. */
  readonly bytes: Uint8Array
  /** As the client called it. */
  readonly filename: string
  /** The token of the first who sent it; null: nobody has to sign in. */
  readonly sentById?: string | null
  readonly photo: DecodedPhoto
  /** Why it is kept, beside the reasons that the model has: one of the three there must be. */
  readonly disputed?: boolean
  readonly sampled?: boolean
  /** What it shows, as whoever disputes the answer says. */
  readonly suggestedLabel?: string | null
  /** What the serving model said of it. */
  readonly prediction: {
    readonly topPrediction: string
    readonly confidence: number
    readonly energy: number
    readonly novelty: number | null
    readonly oodReasons: readonly OodReason[]
    /** Highest first. */
    readonly allPredictions: readonly ClassProbability[]
  }
}

/**
 * Bytes that were erased are not kept again: their Image says so, and is in no queue.
 * @returns id of its Image, the one that was there if these bytes came before. `imageQueued` is told for a new one only.
 */
export async function keepForReview(hall: Pick<Hall, 'config' | 'db'>, given: PhotoForReview): Promise<string> {
  const hash = contentHash(given.bytes)
  const known = await hall.db.photo.findUnique({ where: { contentHash: hash }, include: { image: true } })
  if (known?.image) return known.image.id
  // The file first: a row must never promise a photo that is not there. An imported one lies where it was imported from, unless
  // its owner has put another in its place.
  const hasNoNeed = known !== null && (known.erasedAt !== null || (await liesAt(hall.config, known, known.storedHash)))
  const stored = hasNoNeed ? known : await keepPhoto(hall.config, given.bytes, given.photo)
  const { photo, prediction, disputed = false, sampled = false, suggestedLabel = null } = given
  // A client may send a whole path.
  const filename = plainFilename(given.filename.split(/[/\\]/).at(-1) ?? '') || path.basename(stored.path)
  const { id, isErased } = await hall.db.$transaction(async (tx) => {
    await savePhotos(tx, [
      {
        root: stored.root,
        path: stored.path,
        storedHash: stored.storedHash,
        bytes: stored.bytes,
        contentHash: hash,
        filename,
        width: photo.width,
        height: photo.height,
        perceptualHash: perceptualHash(photo.pixels),
      },
    ])
    const { photoId, isErased } = await lockPhoto(tx, hash)
    if (known && !hasNoNeed) await movePhoto(tx, hash, stored)
    const [image] = await tx.image.createManyAndReturn({
      data: [
        {
          photoId,
          ...(isErased ? { filename: erasedFilename, reviewed: true } : { filename, suggestedLabel }),
          disputed,
          sampled,
          sentById: given.sentById ?? null,
          ...prediction,
          oodReasons: [...prediction.oodReasons],
          allPredictions: prediction.allPredictions.map((one) => ({ ...one })),
        },
      ],
      skipDuplicates: true,
      select: { id: true },
    })
    if (image && !isErased) await publish(tx, 'imageQueued', { id: image.id })
    const { id } = image ?? (await tx.image.findUniqueOrThrow({ where: { photoId }, select: { id: true } }))
    return { id, isErased }
  })
  // Erased since it was looked for.
  if (isErased && !hasNoNeed) await remove(uploadFile(hall.config, stored))
  return id
}

/** Whoever erases it comes before or after, never between. */
async function lockPhoto(tx: Db, hash: string): Promise<{ photoId: number; isErased: boolean }> {
  const [row] = await tx.$queryRaw<{ photoId: number; isErased: boolean }[]>`
    SELECT id AS "photoId", "erasedAt" IS NOT NULL AS "isErased" FROM "Photo"
    WHERE "contentHash" = ${hash} FOR NO KEY UPDATE`
  if (!row) throw new Error(`the photo ${hash} was neither there nor made`)
  return row
}
