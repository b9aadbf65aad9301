/** Runs that are judged on answers of the test's choice, by the product's own measures, and written as a training writes them. */
import { compare, type Contender } from '../../src/evaluation/comparison.js'
import { evaluate } from '../../src/evaluation/metrics.js'
import type { Prisma, PrismaClient, TrainingRun } from '../../src/db.js'
import { judgedPhotos } from '../../src/training/judged-photos.js'
import { recordTestPhotos } from '../../src/training/record-test-photos.js'
import type { TrainingRow } from '../../src/versions/training-rows.js'
import { addRun } from './rows.js'

export interface Answers {
  /** In the order of the logits. */
  readonly classLabels: readonly string[]
  /** [N] the class that the model names. */
  readonly answers: readonly string[]
}

interface JudgedRun extends Answers {
  readonly versionId: number
  /** [N] */
  readonly photos: readonly TrainingRow[]
  readonly older?: Answers & {
    readonly run: TrainingRun
    /** So many of the first photos it has learned from: it is not asked for them. */
    readonly learned?: number
  }
  readonly run?: Partial<Prisma.TrainingRunUncheckedCreateInput>
}

const json = (value: object) => value as Prisma.InputJsonObject

/** A model that is quite sure of itself: less so from photo to photo. */
const contender = ({ classLabels, answers }: Answers, from = 0): Contender => ({
  classLabels,
  logits: Float32Array.from(
    answers.slice(from).flatMap((answer, i) => classLabels.map((label) => (label === answer ? 3 - i / 100 : 0))),
  ),
  trainingImages: 100,
})

export async function addJudgedRun(
  db: PrismaClient,
  name: string,
  { versionId, photos, classLabels, answers, older, run }: JudgedRun,
): Promise<TrainingRun> {
  const { logits } = contender({ classLabels, answers })
  const learned = older?.learned ?? 0
  const comparison = compare({
    candidate: contender({ classLabels, answers }, learned),
    baseline: older ? contender(older, learned) : null,
    truth: photos.slice(learned).map(({ classLabel }) => classLabel),
    leftOut: learned,
  })
  const truth = Int32Array.from(photos, ({ classLabel }) => classLabels.indexOf(classLabel))
  const row = await addRun(db, name, versionId, {
    classLabels: [...classLabels],
    evaluation: json(evaluate({ classLabels, truth, logits })),
    ...(comparison && { comparison: json(comparison), recommendation: comparison.recommendation }),
    baselineId: older?.run.id ?? null,
    finishedAt: new Date(),
    ...run,
  })
  const said = new Map(
    photos.slice(learned).map(({ contentHash }, i) => [contentHash, older?.answers[learned + i] ?? '']),
  )
  const files = photos.map((photo) => ({ ...photo, file: photo.path }))
  const judged = { logits, novelty: new Float32Array() }
  await recordTestPhotos(db, row.id, judgedPhotos(files, judged, classLabels, older ? said : new Map()))
  return row
}
