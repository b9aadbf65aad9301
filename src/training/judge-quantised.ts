/** The model in 8 bits is quicker, and offered only where it says the same of the test photos. */
import { evaluate, predictions } from '../evaluation/metrics.js'
import type { Quantised, Thresholds } from '../model/card.js'
import { oodVerdict } from '../predictions/ood.js'
import { evenly, type Examples } from './examples.js'
import type { TrainingPhoto } from './job.js'
import { judge, type Judged } from './judge.js'
import type { Parts } from './parts.js'
import { calibrationPhotos } from './quantised-model.js'

/** Judged on these; a quantile of a thousand photos says enough, and a run does not grow by this with its dataset. */
const mostTestPhotos = 1_000

/** It may differ from float32 by so much of macro F1, ... */
const macroF1Tolerance = 0.005
/** ... in what is known and what goes to review on so many of the photos, and by so much in how many go. */
const fewestSameVerdicts = 0.97
const reviewTolerance = 0.01

export interface QuantisedToJudge {
  /** `model-int8.onnx` */
  file: string
  split: Pick<Parts['split'], 'test' | 'val' | 'train'>
  /** What the float32 model says of the test photos. */
  float32: Judged
  classLabels: readonly string[]
  thresholds: Thresholds
  golden: readonly Uint8Array[]
  checkStop: () => void
}

export async function judgeQuantised(given: QuantisedToJudge): Promise<Quantised> {
  const { file, split, float32, classLabels, thresholds, golden, checkStop } = given
  const width = classLabels.length
  const tested = evenly([...split.test.photos.keys()], mostTestPhotos)
  const photos = tested.map((i) => split.test.photos[i] as TrainingPhoto)
  const labels = tested.map((i) => split.test.labels[i] as number)
  const same: Judged = {
    logits: Float32Array.from(tested.flatMap((i) => [...float32.logits.subarray(i * width, (i + 1) * width)])),
    novelty:
      float32.novelty.length > 0 ? Float32Array.from(tested, (i) => float32.novelty[i] as number) : float32.novelty,
  }
  const said = await judge(file, [...photos, ...golden], checkStop)
  const int8: Judged = {
    logits: said.logits.subarray(0, photos.length * width),
    novelty: said.novelty.subarray(0, photos.length),
  }
  const measured = {
    calibrationPhotos: calibrationPhotos(split).length,
    testPhotos: photos.length,
    ...compareQuantised({ labels, classLabels, thresholds, float32: same, int8 }),
  }
  const ofGolden = said.logits.subarray(photos.length * width)
  return {
    ...measured,
    refused: whyRefused(measured),
    golden: { logits: golden.map((_, i) => [...ofGolden.subarray(i * width, (i + 1) * width)]) },
  }
}

export type QuantisedComparison = Pick<Quantised, 'macroF1' | 'sentToReview' | 'sameClass' | 'sameVerdict'>

/** @param judged.labels index into the class labels, a photo */
export function compareQuantised(judged: {
  labels: Examples['labels']
  classLabels: readonly string[]
  thresholds: Thresholds
  float32: Judged
  int8: Judged
}): QuantisedComparison {
  const { labels, classLabels, thresholds, float32, int8 } = judged
  const width = classLabels.length
  const unknown = ({ logits, novelty }: Judged) =>
    labels.map((_, i) => {
      const own = { logits: logits.subarray(i * width, (i + 1) * width), novelty: novelty[i] ?? null }
      return oodVerdict(own, thresholds).reasons.length > 0
    })
  const macroF1 = ({ logits }: Judged) => evaluate({ classLabels, truth: labels, logits }).macroF1
  const share = (holds: (photo: number) => boolean) =>
    labels.filter((_, photo) => holds(photo)).length / Math.max(1, labels.length)
  const classes = [float32, int8].map(({ logits }) => predictions(logits, width))
  const verdicts = { float32: unknown(float32), int8: unknown(int8) }
  return {
    macroF1: { float32: macroF1(float32), int8: macroF1(int8) },
    sentToReview: {
      float32: share((photo) => verdicts.float32[photo] === true),
      int8: share((photo) => verdicts.int8[photo] === true),
    },
    sameClass: share((photo) => classes[0]?.[photo] === classes[1]?.[photo]),
    sameVerdict: share((photo) => verdicts.float32[photo] === verdicts.int8[photo]),
  }
}

/** @returns null: it may serve */
export function whyRefused({ macroF1, sentToReview, sameVerdict }: QuantisedComparison): string | null {
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`
  if (macroF1.float32 === null || macroF1.int8 === null) return 'there was no test photo to try it on'
  if (Math.abs(macroF1.int8 - macroF1.float32) > macroF1Tolerance)
    return `its macro F1 is ${percent(macroF1.int8)}, and ${percent(macroF1.float32)} in float32`
  if (Math.abs(sentToReview.int8 - sentToReview.float32) > reviewTolerance)
    return `it sends ${percent(sentToReview.int8)} to review, and ${percent(sentToReview.float32)} in float32`
  if (sameVerdict < fewestSameVerdicts)
    return `it judges only ${percent(sameVerdict)} of the photos known or unknown as float32 does`
  return null
}
