/** Photos of one split with their labels as numbers. */
import type { Split } from '../db.js'
import type { View } from '../photos/views.js'
import type { ViewOf } from './features/feature-source.js'
import type { Job, TrainingPhoto } from './job.js'

export interface Examples {
  photos: TrainingPhoto[]
  /** Index into the class labels, a photo. */
  labels: number[]
}

export function examplesOf({ photos, classLabels }: Job, split: Split): Examples {
  const own = photos.filter((photo) => photo.split === split)
  return { photos: own, labels: own.map(({ classLabel }) => classLabels.indexOf(classLabel)) }
}

/** Every view of every photo; the label of view i is that of photo floor(i / views). */
export const viewsOf = ({ photos }: Examples, views: readonly View[]): ViewOf[] =>
  photos.flatMap((photo) => views.map((view) => ({ photo, view })))
