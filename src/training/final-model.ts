/** What was learned, put together: one head, one set of convolutions, thresholds, and the ONNX file that will serve. */
import {
  concat,
  type Expression,
  type HeadWeights,
  pooled,
  residual,
  type ResidualOf,
} from '../model/network/expression.js'
import { headOutputs } from '../model/network/heat.js'
import { onnxModel } from '../model/network/onnx.js'
import { readConvolutions } from '../model/network/tfjs.js'
import type { TensorFlow } from '../model/network/tensorflow.js'
import type { Thresholds } from '../model/card.js'
import { foldInto, type Standardisation } from '../model/standardisation.js'
import type { Backbone, Convolutions } from '../model/weights/backbone.js'
import { findTemperature } from '../evaluation/calibration.js'
import { argmax, oodVerdict, referenceThresholds } from '../predictions/ood.js'
import { findThresholds, type ValidationScore } from '../predictions/thresholds.js'
import { evenly, type Examples, wholeViews } from './examples.js'
import type { FeatureSource, ViewOf } from './features/feature-source.js'
import { channelsOf, type HeadBlocks } from './head-blocks.js'
import { keptRows, type ReadRows } from './head-features.js'
import { headLogits } from './head-logits.js'
import type { HeadNetwork } from './head-network.js'
import { rowsOfViews } from './held-rows.js'
import type { Judged } from './judge.js'
import { fitNovelty, leftOutNovelty, noveltyOf, noveltyPhotos } from './novelty.js'
import type { Tail } from './tail.js'

export interface Trained {
  tf: TensorFlow
  backbone: Backbone
  /** Of what was trained: without those that came to weigh nothing. */
  blocks: HeadBlocks
  source: FeatureSource
  head: HeadNetwork
  /** Undefined when the head hears nothing behind the boundary. */
  tail: Tail | undefined
  standardisation: Standardisation
  /** What the head sees of a view. */
  read: ReadRows
}

export interface FinalModel {
  head: HeadWeights
  convolutions: Convolutions
  novelty: ResidualOf | null
  thresholds: Thresholds
  /** null: the validation photos do not settle it. */
  temperature: number | null
  /** What it says of a photo. */
  outputs: Readonly<Record<string, Expression>>
  /** The bytes of `model.onnx`: pixels in; logits, (where it can be told) novelty and, when it is asked for, heat out. */
  onnx: Uint8Array
}

export async function finalModel(trained: Trained, train: Examples, val: Examples): Promise<FinalModel> {
  const { tf, backbone, blocks, source, head: network, standardisation, tail } = trained
  const [first, ...others] = network.weights()
  if (!first) throw new Error('a head has a layer')
  const head: HeadWeights = { blocks: blocks.head, layers: [foldInto(standardisation, first), ...others] }
  const convolutions = new Map([...backbone.convolutions, ...(tail ? readConvolutions(tail.model) : [])])
  const some = wholeViews({ photos: evenly(train.photos, noveltyPhotos) })
  const rows = await keptRows(source, blocks, blocks.novelty)(some)
  const novelty = fitNovelty(tf, rows, channelsOf(blocks.novelty))
  const outputs = headOutputs(head)
  if (novelty) outputs['novelty'] = residual(concat(...blocks.novelty.map((block) => pooled(block))), novelty)
  const validated = await judgeFeatures(trained, novelty, val)
  const classes = network.shape.classes
  return {
    head,
    convolutions,
    novelty,
    thresholds: findThresholds(scoresOf(validated, val.labels), () =>
      leftOutNovelty(tf, rows, channelsOf(blocks.novelty)),
    ),
    temperature: findTemperature({ truth: val.labels, logits: validated.logits, classes }),
    outputs,
    onnx: onnxModel({ convolutions, outputs }),
  }
}

/** What the model will say of photos, from features that are kept: the frozen part is not computed again. */
export async function judgeFeatures(
  trained: Trained,
  novelty: ResidualOf | null,
  { photos }: Pick<Examples, 'photos'>,
): Promise<Judged> {
  const { tf, head, standardisation, read, source, blocks } = trained
  const views = photos.map((photo): ViewOf => ({ photo, view: 'whole' }))
  const logits = await headLogits(tf, head, standardisation, rowsOfViews(views, head.shape.features, 0, read))
  const distances: Float32Array[] = []
  if (novelty) {
    const readNovelty = keptRows(source, blocks, blocks.novelty)
    for await (const rows of rowsOfViews(views, channelsOf(blocks.novelty), 0, readNovelty).all())
      distances.push(noveltyOf(tf, novelty, rows))
  }
  return { logits, novelty: Float32Array.from(distances.flatMap((some) => [...some])) }
}

function scoresOf({ logits, novelty }: Judged, labels: readonly number[]): ValidationScore[] {
  const classes = logits.length / labels.length
  return labels.map((label, i) => {
    const own = logits.subarray(i * classes, (i + 1) * classes)
    const distance = novelty[i] ?? null
    const { energy, confidence } = oodVerdict({ logits: own, novelty: distance }, referenceThresholds)
    return { energy, confidence, novelty: distance, correct: argmax(own) === label }
  })
}
