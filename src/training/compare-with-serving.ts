/** Is the new network better than the one that serves? Asked of photos that neither has learned from. */
import { messageOf } from '../errors.js'
import { type Comparison, compare } from '../evaluation/comparison.js'
import { predictions } from '../evaluation/metrics.js'
import type { Ending } from './ending.js'
import type { TrainingPhoto } from './job.js'
import type { Judged } from './judge.js'
import { judgeBaseline } from './judge-baseline.js'
import { rows } from './rows.js'

export interface Compared {
  /** null: there is nothing to compare with. */
  comparison: Comparison | null
  /** What the older model says, by content hash; without the photos that it has learned from. */
  said: ReadonlyMap<string, string>
}

const withNothing: Compared = { comparison: null, said: new Map() }

/** The new model against the one that serves, on test photos that the latter has never seen. */
export async function compareWithServing({ job, split, report, checkStop }: Ending, judged: Judged): Promise<Compared> {
  const { photos, labels } = split.test
  const { baseline } = job
  if (!baseline) return withNothing
  const fresh = photos.flatMap((photo, i) => (baseline.seen.has(photo.contentHash) ? [] : [i]))
  const older = await judgeBaseline(
    baseline.folder,
    baseline.artefacts,
    fresh.map((i) => photos[i] as TrainingPhoto),
    checkStop,
  ).catch((error: unknown) => {
    checkStop()
    report({ type: 'warning', message: `Not compared with run “${baseline.runName}”: ${messageOf(error)}` })
  })
  // Hours of training are not lost because the older model's folder is.
  if (!older) return withNothing
  const own = rows(judged.logits, job.classLabels.length)
  const comparison = compare({
    candidate: {
      classLabels: job.classLabels,
      logits: Float32Array.from(fresh.flatMap((i) => own[i] ?? [])),
      trainingImages: split.train.photos.length,
    },
    baseline: {
      classLabels: older.card.classLabels,
      logits: older.logits,
      trainingImages: older.card.photos.train,
      knows: baseline.knows,
    },
    truth: fresh.map((i) => job.classLabels[labels[i] as number] as string),
    leftOut: photos.length - fresh.length,
    untrainable: job.untrainable,
  })
  const { classLabels } = older.card
  const named = predictions(older.logits, classLabels.length)
  const said = new Map(
    fresh.map((i, at) => [(photos[i] as TrainingPhoto).contentHash, classLabels[named[at] ?? -1] ?? '']),
  )
  return { comparison, said }
}
