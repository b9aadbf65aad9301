/** A photo comes in: named, and then either counted and forgotten, or kept for the operator. */
import { type Doer, nameOf, tokenIdOf } from '../access/doer.js'
import type { OodReason } from '../db.js'
import type { Hall } from '../hall.js'
import { countClassified, phaseEnded } from '../metrics.js'
import type { Thresholds } from '../model/card.js'
import { decode } from '../photos/decode.js'
import { count } from '../predictions/counter.js'
import { type HeatMap, heatMapOf } from '../predictions/heat-map.js'
import { oodVerdict, softmax } from '../predictions/ood.js'
import type { Asked } from '../predictions/queue.js'
import type { Serving } from '../predictions/serving.js'
import { keepForReview } from './keep-for-review.js'

export interface Upload {
  /** As they arrived. */
  bytes: Uint8Array
  /** As the client called it. */
  filename: string
}

export interface ClassScore {
  classLabel: string
  logit: number
  /** In [0, 1]; all classes sum to 1. */
  probability: number
}

export interface Classification {
  classLabel: string
  /** The largest probability. */
  confidence: number
  energy: number
  /** null: this model has no novelty test. */
  novelty: number | null
  ood: boolean
  oodReasons: readonly OodReason[]
  /** Highest first. */
  scores: readonly ClassScore[]
  /** Of the Image that went to review; null: counted and forgotten. */
  imageId: string | null
  /** The run whose model answered. */
  run: { readonly id: string; readonly name: string }
  thresholds: Thresholds
  /** For `classLabel`; null: nobody asked, or the model has none. */
  heatMap: HeatMap | null
}

/** @throws WasteXError NO_MODEL, UNSUPPORTED_IMAGE, PAYLOAD_TOO_LARGE, OVERLOADED */
export async function classify(
  hall: Pick<Hall, 'config' | 'db'>,
  serving: Serving,
  { actor, receipt }: Doer,
  { bytes, filename }: Upload,
  asked: Asked = {},
): Promise<Classification> {
  serving.model() // refuses before any work is done
  const began = performance.now()
  const photo = await decode(bytes, 'phone')
  phaseEnded('decode', began)
  // Asked for now and used in the same breath: a model that retires answers what it has taken, and takes no more.
  const model = serving.model()
  const answer = await model.infer(photo.pixels, asked)
  const inferred = performance.now()

  const novelty = Number.isNaN(answer.novelty) ? null : answer.novelty
  const { energy, confidence, reasons } = oodVerdict({ logits: answer.logits, novelty }, model.thresholds)
  const scores = scoresOf(model.classLabels, answer.logits)
  const classLabel = scores[0]?.classLabel ?? ''
  const ood = reasons.length > 0
  const imageId = ood
    ? await keepForReview(hall, {
        bytes,
        filename,
        sentById: tokenIdOf(actor),
        photo,
        prediction: {
          topPrediction: classLabel,
          confidence,
          energy,
          novelty,
          oodReasons: reasons,
          allPredictions: scores.map((score) => ({ classLabel: score.classLabel, probability: score.probability })),
        },
      })
    : null
  const { run, thresholds } = model
  const verdict = { classLabel, confidence, energy, novelty, ood, oodReasons: reasons, imageId, run }
  const heatMap = heatMapOf(answer.evidence, answer.logits)
  const said: Classification = { ...verdict, scores, thresholds, heatMap }
  // To a client whose request may come again, the very same is said again, and nothing is counted.
  const answered = receipt && { ...receipt, actor: nameOf(actor).id, answer: JSON.parse(JSON.stringify(said)) }
  await count(hall.db, { classLabel, ood, answered })
  phaseEnded('record', inferred)
  countClassified(classLabel, ood)
  return said
}

function scoresOf(classLabels: readonly string[], logits: Float32Array): ClassScore[] {
  const probabilities = softmax(logits)
  return classLabels
    .map((classLabel, i) => ({
      classLabel,
      logit: logits[i] ?? Number.NaN,
      probability: probabilities[i] ?? Number.NaN,
    }))
    .toSorted((a, b) => b.logit - a.logit)
}
