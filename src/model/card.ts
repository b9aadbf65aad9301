/** A run's manifest, `card.json`: what the model is, how it came to be, and the hashes by which it is believed. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { TrainingRun } from '../db.js'

/** What makes a photo unknown (`predictions/ood.ts`). */
const ThresholdsSchema = z.object({
  /** Out of distribution above it. */
  energy: z.number(),
  /** Out of distribution below it, in [0, 1]. */
  confidence: z.number(),
  /** Out of distribution above it; null: no novelty test. */
  novelty: z.number().nullable(),
})
export type Thresholds = z.infer<typeof ThresholdsSchema>

const ArtefactSchema = z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() })
export type Artefact = z.infer<typeof ArtefactSchema>
/** Written by training alone, as such. */
export const artefactsOf = ({ artefacts }: Pick<TrainingRun, 'artefacts'>) => artefacts as unknown as Artefact[]

/** The same model in whole numbers of 8 bits, against itself in float32 on the test photos; shares in [0, 1]. */
const QuantisedSchema = z.object({
  /** Validation photos on which the ranges of its maps were seen. */
  calibrationPhotos: z.number(),
  testPhotos: z.number(),
  macroF1: z.object({ float32: z.number().nullable(), int8: z.number().nullable() }),
  /** Share of photos that are out of distribution. */
  sentToReview: z.object({ float32: z.number(), int8: z.number() }),
  sameClass: z.number(),
  sameVerdict: z.number(),
  /** Why it must not serve; null: it may. */
  refused: z.string().nullable(),
  golden: z.object({ logits: z.array(z.array(z.number())) }),
})
export type Quantised = z.infer<typeof QuantisedSchema>

/** How sure it is, and how sure it should be (evaluation/calibration.ts). */
const CalibrationSchema = z.object({
  /** Found on the validation photos; logits divided by it make probabilities that mean what they say. */
  temperature: z.number().positive(),
  /** On the test photos, 0 to 1: as the softmax has it, and with the temperature. */
  error: z.object({ before: z.number().nullable(), after: z.number().nullable() }),
})

const CardSchema = z.object({
  format: z.literal(1),
  run: z.object({ id: z.string(), name: z.string() }),
  datasetVersion: z.string(),
  /** In the order of the logits. */
  classLabels: z.array(z.string()).min(2),
  /** Classes of the version that the model does not know, because they have no training photo. Release 0.1.0 left none out. */
  untrainableClasses: z.array(z.string()).default([]),
  /** Photos by split. */
  photos: z.object({ train: z.number(), val: z.number(), test: z.number() }),
  recipe: z.string(),
  /** The run whose weights it began with; null: the backbone's. */
  startedFrom: z.string().nullable().default(null),
  settings: z.record(z.string(), z.unknown()),
  seed: z.number(),
  backbone: z.object({ sha256: z.string(), source: z.string() }),
  /** `photos/pixels.ts`: how bytes became pixels. A server that does it otherwise refuses the model. */
  preprocessing: z.string(),
  /** The feature cache's part: views of photos wanted, found, computed once, and beyond its limit. */
  features: z.object({
    views: z.number(),
    cached: z.number(),
    toCompute: z.number(),
    beyondLimit: z.number(),
    computed: z.number(),
  }),
  thresholds: ThresholdsSchema,
  /** null: the validation photos do not settle it, or it is a run of earlier WasteX. */
  calibration: CalibrationSchema.nullable().default(null),
  /** The last frozen block, and the blocks whose pooled features the head sees. */
  network: z.object({ boundary: z.string(), head: z.array(z.string()), trainedLayers: z.number() }),
  /** tfjs against ONNX on the same photos. */
  agreement: z.object({ photos: z.number(), maxLogitDifference: z.number() }),
  /** Logits of the pictures in `golden.bin` as the evaluation saw them: what a loaded model must say again. */
  golden: z.object({ photos: z.number(), logits: z.array(z.array(z.number())) }),
  /** null: the run made none. */
  quantised: QuantisedSchema.nullable().default(null),
  /** Seconds by phase. */
  timings: z.record(z.string(), z.number()),
  versions: z.record(z.string(), z.string()),
  createdAt: z.string(),
  files: z.array(ArtefactSchema),
})
export type Card = z.infer<typeof CardSchema>

export const cardFile = 'card.json'
export const onnxFile = 'model.onnx'
export const quantisedFile = 'model-int8.onnx'
/**
 * Pixels of a few pictures, uint8 [photos, 299, 299, 3], so that a run's folder can be believed by itself: generated ones
 * (training/golden.ts), test photos in the folders of earlier WasteX.
 */
export const goldenFile = 'golden.bin'

/** @throws Error that says what is wrong with the folder. */
export async function readCard(folder: string): Promise<Card> {
  let text: string
  try {
    text = await readFile(path.join(folder, cardFile), 'utf8')
  } catch (error) {
    throw new Error(`it has no readable ${cardFile}`, { cause: error })
  }
  const parsed = CardSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new Error(`its ${cardFile} is broken: ${parsed.error.issues[0]?.message}`)
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`its ${cardFile} is not JSON`)
  }
}
