import type { Db } from '../db.js'
import type { PlaceOfPhoto } from './store.js'

export interface PhotoRow extends PlaceOfPhoto {
  readonly contentHash: string
  readonly filename: string
  readonly bytes: number
  readonly width: number
  readonly height: number
  readonly perceptualHash: string
}

/** Remembers photos. Bytes that are known already keep their place and the name they came with first. */
export async function savePhotos(db: Db, photos: readonly PhotoRow[]): Promise<void> {
  await db.photo.createMany({ data: [...photos], skipDuplicates: true })
}

/** The file of these bytes lies elsewhere now. */
export async function movePhoto(db: Db, contentHash: string, { root, path }: PlaceOfPhoto): Promise<void> {
  await db.photo.update({ where: { contentHash }, data: { root, path } })
}
