/** Stage 2: the network behind the boundary, together with the head. What is frozen is read from the feature cache. */
import type * as tfjs from '@tensorflow/tfjs-node'
import { inceptionV3 } from '../model/network/inception-v3.js'
import { shapesOf } from '../model/network/node.js'
import type { LayersModel, TensorFlow } from '../model/network/tensorflow.js'
import type { View } from '../photos/views.js'
import { type Examples, viewInEpoch, viewsOf } from './examples.js'
import { decodeMaps, type Features } from './features/feature-cache.js'
import type { FeatureSource, ViewOf } from './features/feature-source.js'
import type { TrainingPhoto } from './job.js'
import { countRight, type HeadNetwork } from './head-network.js'
import { crossEntropy, scoreOf, weightedTargets } from './loss.js'
import { stream } from './random.js'
import { type Recipe, scheduledRate } from './recipes.js'
import type { Settings } from './settings.js'
import type { Batch, Stage } from './stage-loop.js'
import { standardise, type Standardisation } from '../model/standardisation.js'

export interface Tail {
  /** The boundary's map to the averages of the head's blocks behind it; null when the head sees none. */
  model: LayersModel
  boundary: string
  /** Width of the pooled features that stand still, which come first. */
  frozenWidth: number
  standardisation: Standardisation
  /** Float32 values, [height, width, channels]. */
  mapShape: readonly [number, number, number]
}

const judgedAtOnce = 32

export const mapShapeOf = (boundary: string): readonly [number, number, number] => {
  const shape = shapesOf(inceptionV3).get(boundary)
  if (!shape) throw new Error(`the network has no ${boundary}`)
  return [shape.height, shape.width, shape.channels]
}

/** Standardised features [views, width] of the head: those that stand still, and what the tail makes of the maps. */
function featuresOf(tf: TensorFlow, tail: Tail, frozen: tfjs.Tensor2D, maps: tfjs.Tensor4D): tfjs.Tensor2D {
  return tf.tidy(() => {
    const { mean, scale } = tail.standardisation
    const at = tail.frozenWidth
    const pooled = tail.model.apply(maps) as tfjs.Tensor2D
    const moved = pooled.sub(tf.tensor1d(mean.subarray(at))).mul(tf.tensor1d(scale.subarray(at))) as tfjs.Tensor2D
    return at > 0 ? tf.concat([frozen, moved], 1) : moved
  })
}

function inputsOf(tf: TensorFlow, tail: Tail, features: readonly Features[]) {
  const { frozenWidth, standardisation, mapShape } = tail
  const frozen = new Float32Array(features.length * frozenWidth)
  features.forEach(({ pooled }, i) => frozen.set(pooled.subarray(0, frozenWidth), i * frozenWidth))
  const { mean, scale } = standardisation
  standardise(frozen, { mean: mean.subarray(0, frozenWidth), scale: scale.subarray(0, frozenWidth) })
  return {
    frozen: tf.tensor2d(frozen, [features.length, frozenWidth]),
    maps: tf.tensor4d(decodeMaps(features), [features.length, ...mapShape]),
  }
}

/** Logits float32 [photos, classes] of photos as they are, a few at a time. */
export async function tailLogits(
  tf: TensorFlow,
  tail: Tail,
  head: HeadNetwork,
  source: FeatureSource,
  views: readonly ViewOf[],
  checkStop: () => void,
): Promise<Float32Array> {
  const { classes } = head.shape
  const all = new Float32Array(views.length * classes)
  for (let start = 0; start < views.length; start += judgedAtOnce) {
    checkStop()
    const features = await source.read(views.slice(start, start + judgedAtOnce))
    const logits = tf.tidy(() => {
      const { frozen, maps } = inputsOf(tf, tail, features)
      return head.logits(featuresOf(tf, tail, frozen, maps)).dataSync()
    })
    all.set(logits, start * classes)
  }
  return all
}

export function fineTuneStage(
  tf: TensorFlow,
  { tail, head, source }: { tail: Tail; head: HeadNetwork; source: FeatureSource },
  data: { train: Examples; val: Examples; views: readonly View[]; weights: Float32Array },
  recipe: Recipe,
  settings: Settings,
  checkStop: () => void,
): Stage {
  const { classes } = head.shape
  const valViews = viewsOf(data.val, ['whole'])

  const load = async (examples: Uint32Array, epoch: number): Promise<Batch> => {
    const shown = Array.from(examples, (example): ViewOf => {
      const view = data.views[viewInEpoch(settings.seed, epoch, example, data.views.length)]
      return { photo: data.train.photos[example] as TrainingPhoto, view: view ?? 'whole' }
    })
    const features = await source.read(shown)
    const labels = examples.map((example) => data.train.labels[example] as number)
    const random = stream(settings.seed, 'FINE_TUNE', epoch, examples[0] ?? 0)
    const { frozen, maps } = inputsOf(tf, tail, features)
    const targets = tf.tensor2d(weightedTargets(labels, data.weights, recipe.labelSmoothing), [labels.length, classes])
    let right = tf.scalar(0)
    return {
      size: labels.length,
      loss: () => {
        const logits = head.logits(featuresOf(tf, tail, frozen, maps), { rates: recipe.dropout, random })
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
    variables: [...head.variables, ...trainableOf(tail.model)],
    patience: settings.earlyStopping && data.val.photos.length > 0 ? recipe.patience.stage2 : undefined,
    learningRate: (step, steps) => scheduledRate(recipe, settings.stage2.learningRate, step, steps),
    load,
    validate: async () =>
      scoreOf(await tailLogits(tf, tail, head, source, valViews, checkStop), data.val.labels, recipe.labelSmoothing),
  }
}

/** tfjs-layers keeps the variable behind a weight to itself, but `read` hands out that very variable. */
const trainableOf = (model: LayersModel): tfjs.Variable[] =>
  model.trainableWeights.map((weight) => weight.read() as tfjs.Variable)
