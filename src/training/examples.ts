/** Photos of one split with their labels as numbers. */
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import type { Split } from '../db.js'
import type { View } from '../photos/views.js'
import type { ViewOf } from './features/feature-source.js'
import type { Job, TrainingPhoto } from './job.js'
import { stream } from './random.js'

export interface Examples {
  photos: TrainingPhoto[]
  /** Index into the class labels, a photo. */
  labels: number[]
}

export function examplesOf({ photos, classLabels }: Job, split: Split): Examples {
  const own = photos.filter((photo) => photo.split === split)
  return { photos: own, labels: own.map(({ classLabel }) => classLabels.indexOf(classLabel)) }
}

/** Every view of every photo, photo by photo. */
export const viewsOf = ({ photos }: Examples, views: readonly View[]): ViewOf[] =>
  photos.flatMap((photo) => views.map((view) => ({ photo, view })))

/** So many of them at most, from all over the list. */
export const evenly = <T>(all: readonly T[], most: number): T[] =>
  Array.from(
    { length: Math.min(all.length, most) },
    (_, i) => all[Math.floor((i * all.length) / Math.min(all.length, most))] as T,
  )

/** In every epoch a photo is shown in one of its views, by chance. @returns the view's index */
export const viewInEpoch = (seed: number, epoch: number, photo: number, views: number): number =>
  uniformInt(stream(seed, 'view', epoch, photo), 0, views - 1)
