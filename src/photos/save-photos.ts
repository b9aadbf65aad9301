import type { Db } from '../db.js'
import type { StoredPhoto } from './store.js'

export interface PhotoRow extends StoredPhoto {
  readonly contentHash: string
  readonly filename: string
  readonly width: number
  readonly height: number
  readonly perceptualHash: string
}

/** Remembers photos. Bytes that are known already keep their place and the name they came with first. */
export async function savePhotos(db: Db, photos: readonly PhotoRow[]): Promise<void> {
  await db.photo.createMany({ data: [...photos], skipDuplicates: true })
}

/** Another file stands for this photo now. */
export async function movePhoto(
  db: Db,
  contentHash: string,
  { root, path, storedHash, bytes }: StoredPhoto,
): Promise<void> {
  await db.photo.update({ where: { contentHash }, data: { root, path, storedHash, bytes } })
}
