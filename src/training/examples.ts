/** Photos of one split with their labels as numbers. */
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import type { Split } from '../db.js'
import type { ViewOf } from './features/feature-source.js'
import type { Job, TrainingPhoto } from './job.js'
import { stream } from './random.js'
import type { Recipe } from './recipes.js'

export interface Examples {
  photos: TrainingPhoto[]
  /** Index into the class labels, a photo. */
  labels: number[]
}

type Told = Pick<Job, 'photos' | 'classLabels'>

export const splitOf = (told: Told) => ({
  train: examplesOf(told, 'TRAIN'),
  val: examplesOf(told, 'VAL'),
  test: examplesOf(told, 'TEST'),
})

function examplesOf({ photos, classLabels }: Told, split: Split): Examples {
  const own = photos.filter((photo) => photo.split === split)
  return { photos: own, labels: own.map(({ classLabel }) => classLabels.indexOf(classLabel)) }
}

/** Views, photo by photo, and where those of each photo begin: one number more than there are photos. */
export interface Shown {
  views: ViewOf[]
  starts: Uint32Array
}

/** Half of the photos by their content: the same ones in every version, so that the cache has what was computed before. */
const isMirrored = ({ contentHash }: TrainingPhoto): boolean => Number.parseInt(contentHash.slice(-1), 16) % 2 === 1

/** As training may show them. */
export function trainingViews({ photos }: Examples, mirrored: Recipe['mirrored']): Shown {
  const views: ViewOf[] = []
  const starts = new Uint32Array(photos.length + 1)
  photos.forEach((photo, i) => {
    views.push({ photo, view: 'whole' })
    if (mirrored === 'half' && isMirrored(photo)) views.push({ photo, view: 'flip' })
    starts[i + 1] = views.length
  })
  return { views, starts }
}

/** As they are when judged. */
export const wholeViews = ({ photos }: Pick<Examples, 'photos'>): ViewOf[] =>
  photos.map((photo) => ({ photo, view: 'whole' }))

/** All that a run asks of the frozen part. */
export const viewsWanted = ({ train, val, test }: ReturnType<typeof splitOf>, { mirrored }: Recipe): ViewOf[] => [
  ...trainingViews(train, mirrored).views,
  ...wholeViews(val),
  ...wholeViews(test),
]

/** So many of them at most, from all over the list. */
export const evenly = <T>(all: readonly T[], most: number): T[] =>
  Array.from(
    { length: Math.min(all.length, most) },
    (_, i) => all[Math.floor((i * all.length) / Math.min(all.length, most))] as T,
  )

/** In every epoch a photo is shown in one of its views, by chance. @returns the place of that view in all of them */
export function viewInEpoch(seed: number, epoch: number, photo: number, starts: Uint32Array): number {
  const [first = 0, next = 0] = starts.subarray(photo, photo + 2)
  return uniformInt(stream(seed, 'view', epoch, photo), first, next - 1)
}
