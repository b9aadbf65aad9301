/** What was learned, put together: one head, one set of convolutions, thresholds, and the ONNX file that will serve. */
import {
  concat,
  type HeadWeights,
  logitsOf,
  residual,
  type ResidualOf,
  pooled,
  type Expression,
} from '../model/network/expression.js'
import { onnxModel } from '../model/network/onnx.js'
import { readConvolutions } from '../model/network/tfjs.js'
import type { TensorFlow } from '../model/network/tensorflow.js'
import type { Thresholds } from '../model/card.js'
import type { Backbone, Convolutions } from '../model/weights/backbone.js'
import { fitNovelty, noveltyOf } from '../predictions/novelty.js'
import { argmax, oodVerdict, referenceThresholds } from '../predictions/ood.js'
import { findThresholds } from '../predictions/thresholds.js'
import { type Examples, viewsOf } from './examples.js'
import type { FeatureSource } from './features/feature-source.js'
import { type Tail, tailLogits } from './fine-tune-stage.js'
import { channelsOf, type HeadBlocks } from './head-blocks.js'
import type { HeadNetwork } from './head-network.js'
import { pooledRows } from './pooled-rows.js'
import { foldInto, standardise, type Standardisation } from '../model/standardisation.js'

export interface Trained {
  tf: TensorFlow
  backbone: Backbone
  blocks: HeadBlocks
  source: FeatureSource
  head: HeadNetwork
  /** Undefined when nothing behind the boundary was trained. */
  tail: Tail | undefined
  standardisation: Standardisation
}

export interface FinalModel {
  head: HeadWeights
  convolutions: Convolutions
  thresholds: Thresholds
  /** The bytes of `model.onnx`: pixels in, logits and (where it can be told) novelty out. */
  onnx: Uint8Array
}

export async function finalModel(
  trained: Trained,
  train: Examples,
  val: Examples,
  checkStop: () => void,
): Promise<FinalModel> {
  const { backbone, blocks, head: network, standardisation, tail } = trained
  const [first, ...others] = network.weights()
  if (!first) throw new Error('a head has a layer')
  const head: HeadWeights = { blocks: blocks.head, layers: [foldInto(standardisation, first), ...others] }
  const convolutions = new Map([...backbone.convolutions, ...(tail ? readConvolutions(tail.model) : [])])
  const novelty = fitNovelty(await noveltyRows(trained, train, checkStop), channelsOf(blocks.novelty), checkStop)
  const outputs: Record<string, Expression> = { logits: logitsOf(head) }
  if (novelty) outputs['novelty'] = residual(concat(...blocks.novelty.map((block) => pooled(block))), novelty)
  return {
    head,
    convolutions,
    thresholds: await thresholdsOf(trained, val, novelty, checkStop),
    onnx: onnxModel({ convolutions, outputs }),
  }
}

async function thresholdsOf(
  trained: Trained,
  val: Examples,
  novelty: ResidualOf | null,
  checkStop: () => void,
): Promise<Thresholds> {
  const logits = await logitsOfSplit(trained, val, checkStop)
  const distances = novelty ? noveltyOf(novelty, await noveltyRows(trained, val, checkStop)) : undefined
  const { classes } = trained.head.shape
  return findThresholds(
    val.labels.map((label, i) => {
      const own = logits.subarray(i * classes, (i + 1) * classes)
      const distance = distances?.[i] ?? null
      const { energy, confidence } = oodVerdict({ logits: own, novelty: distance }, referenceThresholds)
      return { energy, confidence, novelty: distance, correct: argmax(own) === label }
    }),
  )
}

/** Logits float32 [photos, classes], from cached features. */
async function logitsOfSplit(trained: Trained, examples: Examples, checkStop: () => void): Promise<Float32Array> {
  const { tf, tail, head, source, standardisation, blocks } = trained
  const views = viewsOf(examples, ['whole'])
  if (tail) return tailLogits(tf, tail, head, source, views, checkStop)
  const rows = standardise(await pooledRows(source, views, blocks, blocks.head, checkStop), standardisation)
  const shape: [number, number] = [views.length, head.shape.features]
  return tf.tidy(() => head.logits(tf.tensor2d(rows, shape)).dataSync()) as Float32Array
}

/** Averages float32 [photos, channels] of the blocks that novelty is measured from. */
const noveltyRows = ({ source, blocks }: Trained, examples: Examples, checkStop: () => void): Promise<Float32Array> =>
  pooledRows(source, viewsOf(examples, ['whole']), blocks, blocks.novelty, checkStop)
