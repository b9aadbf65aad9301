/** The photos in hand, and the one that is looked at. */
import type { ReviewPhotoFragment } from '../generated/graphql.js'

export interface Batch {
  readonly photos: readonly ReviewPhotoFragment[]
  /** Place of the one that is looked at. */
  readonly at: number
  /** Ids of those that were put off: they come again at the end. */
  readonly skipped: ReadonlySet<string>
}

export const emptyBatch: Batch = { photos: [], at: 0, skipped: new Set() }

const placed = (batch: Batch): Batch => ({ ...batch, at: Math.max(0, Math.min(batch.at, batch.photos.length - 1)) })

export const current = ({ photos, at }: Batch): ReviewPhotoFragment | undefined => photos[at]

/** Photos ahead that nobody has looked at here. */
export const ahead = ({ photos, at, skipped }: Batch): number =>
  photos.slice(at).filter(({ id }) => !skipped.has(id)).length

/** Those that are not here yet, at the end. */
export function withMore(batch: Batch, more: readonly ReviewPhotoFragment[]): Batch {
  const here = new Set(batch.photos.map(({ id }) => id))
  const added = more.filter(({ id }) => !here.has(id))
  return added.length === 0 ? batch : { ...batch, photos: [...batch.photos, ...added] }
}

/** The one that is looked at stays, or the one after it comes. */
export function without(batch: Batch, isGone: (id: string) => boolean): Batch {
  const photos = batch.photos.filter(({ id }) => !isGone(id))
  if (photos.length === batch.photos.length) return batch
  const goneBefore = batch.photos.slice(0, batch.at).filter(({ id }) => isGone(id)).length
  return placed({ ...batch, photos, at: batch.at - goneBefore })
}

/** It is what is looked at, at once. */
export function withBack(batch: Batch, back: readonly ReviewPhotoFragment[]): Batch {
  const rest = without(batch, (id) => back.some((photo) => photo.id === id))
  const photos = [...rest.photos.slice(0, rest.at), ...back, ...rest.photos.slice(rest.at)]
  return { ...rest, photos }
}

/** To the end; the next one comes. */
export function withSkipped(batch: Batch): Batch {
  const photo = current(batch)
  if (!photo) return batch
  const photos = [...batch.photos.filter(({ id }) => id !== photo.id), photo]
  return placed({ photos, at: batch.at, skipped: new Set([...batch.skipped, photo.id]) })
}

export const moved = (batch: Batch, to: number): Batch => placed({ ...batch, at: to })
