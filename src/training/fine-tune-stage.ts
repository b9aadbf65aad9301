/** Stage 2: the network behind the boundary, together with the head. What is frozen is read from the feature cache. */
import type * as tfjs from '@tensorflow/tfjs-node'
import type { TensorFlow } from '../model/network/tensorflow.js'
import { type Standardisation, standardise } from '../model/standardisation.js'
import { type Examples, type Shown, viewInEpoch } from './examples.js'
import type { Features } from './features/feature-cache.js'
import type { FeatureSource, ViewOf } from './features/feature-source.js'
import { channelsOf, type HeadBlocks } from './head-blocks.js'
import { pick, type ReadRows } from './head-features.js'
import { headLogits } from './head-logits.js'
import { countRight, type HeadNetwork } from './head-network.js'
import { rowsOfViews } from './held-rows.js'
import { crossEntropy, scoreOf, weightedTargets } from './loss.js'
import { stream } from './random.js'
import { type Recipe, scheduledRate } from './recipes.js'
import type { Settings } from './settings.js'
import type { Batch, Stage } from './stage.js'
import type { Tail } from './tail.js'

export interface Tuned {
  source: FeatureSource
  blocks: HeadBlocks
  tail: Tail
  head: HeadNetwork
  /** Of what the head sees. */
  standardisation: Standardisation
  read: ReadRows
}

export interface FineTuneData {
  train: Examples
  /** Views of the validation photos, and their labels. */
  val: { views: ViewOf[]; labels: number[] }
  shown: Shown
  weights: Float32Array
}

export function fineTuneStage(
  tf: TensorFlow,
  { source, blocks, tail, head, standardisation, read }: Tuned,
  data: FineTuneData,
  recipe: Recipe,
  settings: Settings,
): Stage {
  const { classes } = head.shape
  const still = channelsOf(blocks.still)
  const { mean, scale } = standardisation
  const ofStill = { mean: mean.subarray(0, still), scale: scale.subarray(0, still) }

  /** Standardised, [views, still channels]. */
  const frozenOf = (features: readonly Features[]): tfjs.Tensor2D => {
    const kept = features.map(({ pooled }) => pooled)
    return tf.tensor2d(standardise(pick(kept, blocks, blocks.still), ofStill), [features.length, still])
  }

  /** Standardised, [views, features of the head]. */
  const featuresOf = (frozen: tfjs.Tensor2D, maps: tfjs.Tensor4D): tfjs.Tensor2D =>
    tf.tidy(() => {
      const moved = tail
        .apply(maps)
        .sub(tf.tensor1d(mean.subarray(still)))
        .mul(tf.tensor1d(scale.subarray(still))) as tfjs.Tensor2D
      return still > 0 ? tf.concat([frozen, moved], 1) : moved
    })

  const load = async (examples: Uint32Array, epoch: number): Promise<Batch> => {
    const { views, starts } = data.shown
    const shown = Array.from(examples, (example) => views[viewInEpoch(settings.seed, epoch, example, starts)] as ViewOf)
    const features = await source.read(shown)
    const labels = examples.map((example) => data.train.labels[example] as number)
    const random = stream(settings.seed, 'FINE_TUNE', epoch, examples[0] ?? 0)
    const frozen = frozenOf(features)
    const maps = tail.maps(features)
    const targets = tf.tensor2d(weightedTargets(labels, data.weights, recipe.labelSmoothing), [labels.length, classes])
    let right = tf.scalar(0)
    return {
      size: labels.length,
      loss: () => {
        const logits = head.logits(featuresOf(frozen, maps), { rates: recipe.dropout, random })
        right.dispose()
        right = tf.keep(countRight(logits, labels, tf))
        return crossEntropy(tf, logits, targets)
      },
      correct: () => right.dataSync()[0] ?? 0,
      dispose: () => tf.dispose([frozen, maps, targets, right]),
    }
  }

  return {
    name: 'FINE_TUNE',
    epochs: settings.stage2.epochs,
    examples: data.train.photos.length,
    batchSize: settings.batchSize,
    variables: [...head.variables, ...tail.variables],
    patience: settings.earlyStopping && data.val.labels.length > 0 ? recipe.patience.stage2 : undefined,
    learningRate: (step, steps) => scheduledRate(recipe, settings.stage2.learningRate, step, steps),
    load,
    validate: async () => {
      const rows = rowsOfViews(data.val.views, head.shape.features, 0, read)
      return scoreOf(await headLogits(tf, head, standardisation, rows), data.val.labels, recipe.labelSmoothing)
    },
  }
}
