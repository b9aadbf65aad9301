/** A photo comes in: named, and then either counted and forgotten, or kept for the operator. */
import { type Doer, nameOf, tokenIdOf } from '../access/doer.js'
import type { OodReason } from '../db.js'
import type { Hall } from '../hall.js'
import { countClassified, phaseEnded } from '../metrics.js'
import type { Thresholds } from '../model/card.js'
import { decode } from '../photos/decode.js'
import { contentHash } from '../photos/identity.js'
import { count } from '../predictions/counter.js'
import { type HeatMap, heatMapOf } from '../predictions/heat-map.js'
import { oodVerdict, softmax } from '../predictions/ood.js'
import type { Asked } from '../predictions/queue.js'
import type { Serving, ServingModel } from '../predictions/serving.js'
import { keepForReview, type PhotoForReview } from './keep-for-review.js'

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
  /** The same at the model's temperature; null: it has none. */
  calibrated: number | null
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

/** What a photo is, and what is to be kept of that where it goes to review. */
interface Looked {
  readonly said: Omit<Classification, 'imageId'>
  readonly seen: Pick<PhotoForReview, 'photo' | 'prediction'>
}

/** Asks the model that serves. Nothing is counted or kept. @throws WasteXError NO_MODEL, UNSUPPORTED_IMAGE, PAYLOAD_TOO_LARGE, OVERLOADED */
export async function look(serving: Serving, { bytes }: Pick<Upload, 'bytes'>, asked: Asked): Promise<Looked> {
  serving.model() // refuses before any work is done
  const began = performance.now()
  const photo = await decode(bytes, 'phone')
  phaseEnded('decode', began)
  // Asked for now and used in the same breath: a model that retires answers what it has taken, and takes no more.
  const model = serving.model()
  const answer = await model.infer(photo.pixels, asked)

  const novelty = Number.isNaN(answer.novelty) ? null : answer.novelty
  const { energy, confidence, reasons } = oodVerdict({ logits: answer.logits, novelty }, model.thresholds)
  const scores = scoresOf(model, answer.logits)
  const classLabel = scores[0]?.classLabel ?? ''
  const { run, thresholds } = model
  const heatMap = heatMapOf(answer.evidence, answer.logits)
  const figures = { confidence, energy, novelty, oodReasons: reasons }
  return {
    said: { classLabel, ...figures, ood: reasons.length > 0, run, scores, thresholds, heatMap },
    seen: {
      photo,
      prediction: {
        topPrediction: classLabel,
        ...figures,
        allPredictions: scores.map(({ logit: _logit, ...score }) => score),
      },
    },
  }
}

/**
 * @param beforeCounting reads what else the answer needs. If it fails, the photo is not counted, and the client may send it again.
 * @throws WasteXError NO_MODEL, UNSUPPORTED_IMAGE, PAYLOAD_TOO_LARGE, OVERLOADED
 */
export async function classify(
  hall: Pick<Hall, 'config' | 'db'>,
  serving: Serving,
  { actor, receipt }: Doer,
  upload: Upload,
  asked: Asked = {},
  beforeCounting?: (answer: Classification) => Promise<unknown>,
): Promise<Classification> {
  const { said, seen } = await look(serving, upload, asked)
  const looked = performance.now()
  const { classLabel, ood } = said
  const sampled = !ood && isSampled(upload.bytes, hall.config.reviewShare)
  const imageId =
    ood || sampled ? await keepForReview(hall, { ...upload, ...seen, sentById: tokenIdOf(actor), sampled }) : null
  const answer: Classification = { ...said, imageId }
  await beforeCounting?.(answer)
  // To a client whose request may come again, the very same is said again, and nothing is counted.
  const answered = receipt && { ...receipt, actor: nameOf(actor).id, answer: JSON.parse(JSON.stringify(answer)) }
  await count(hall.db, { classLabel, ood, answered })
  phaseEnded('record', looked)
  countClassified(classLabel, ood)
  return answer
}

/** Hexadecimal digits of a content hash: as many bits as a number holds. */
const digits = 12

/**
 * By the photo itself and not by a die: the bits of a SHA-256 are as good as drawn, every server says the same, and whoever sends a
 * photo again does not draw again.
 * @param share 0 to 1
 */
export const isSampled = (bytes: Uint8Array, share: number): boolean =>
  share > 0 && Number.parseInt(contentHash(bytes).slice(0, digits), 16) / 16 ** digits < share

function scoresOf({ classLabels, temperature }: ServingModel, logits: Float32Array): ClassScore[] {
  const probabilities = softmax(logits)
  const calibrated = temperature === null ? undefined : softmax(logits, temperature)
  return classLabels
    .map((classLabel, i) => ({
      classLabel,
      logit: logits[i] ?? Number.NaN,
      probability: probabilities[i] ?? Number.NaN,
      calibrated: calibrated?.[i] ?? null,
    }))
    .toSorted((a, b) => b.logit - a.logit)
}
