import type { Db } from '../db.js'
import type { StoredPhoto } from './store.js'

/** What an erased photo is called: people put names into those of files. */
export const erasedFilename = 'erased'

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

/** Another file stands for this photo now. One that was erased has none. */
export async function movePhoto(
  db: Db,
  contentHash: string,
  { root, path, storedHash, bytes }: StoredPhoto,
): Promise<void> {
  await db.photo.updateMany({ where: { contentHash, erasedAt: null }, data: { root, path, storedHash, bytes } })
}
