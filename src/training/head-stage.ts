/** Stage 1: the head alone. The backbone stands still, so its pooled features are all that is read. */
import type { TensorFlow } from '../model/network/tensorflow.js'
import { countRight, type HeadNetwork } from './head-network.js'
import { crossEntropy, scoreOf, weightedTargets } from './loss.js'
import { stream } from './random.js'
import { viewInEpoch } from './examples.js'
import { type Recipe, scheduledRate } from './recipes.js'
import type { Settings } from './settings.js'
import type { Batch, Stage } from './stage-loop.js'

/** Standardised pooled features of one split, float32 [photos, views, width], and the label of each photo. */
export interface HeadExamples {
  rows: Float32Array
  views: number
  labels: number[]
}

export function headStage(
  tf: TensorFlow,
  head: HeadNetwork,
  data: { train: HeadExamples; val: HeadExamples; weights: Float32Array },
  recipe: Recipe,
  settings: Settings,
): Stage {
  const { features: width, classes } = head.shape
  const { train, val } = data

  const load = async (examples: Uint32Array, epoch: number): Promise<Batch> => {
    const size = examples.length
    const random = stream(settings.seed, 'HEAD', epoch, examples[0] ?? 0)
    const rows = new Float32Array(size * width)
    const labels = new Uint32Array(size)
    examples.forEach((example, i) => {
      const row = example * train.views + viewInEpoch(settings.seed, epoch, example, train.views)
      rows.set(train.rows.subarray(row * width, (row + 1) * width), i * width)
      labels[i] = train.labels[example] as number
    })
    const targets = weightedTargets(labels, data.weights, recipe.labelSmoothing)
    const x = tf.tensor2d(rows, [size, width])
    const y = tf.tensor2d(targets, [size, classes])
    let right = tf.scalar(0)
    return {
      size,
      loss: () => {
        const logits = head.logits(x, { rates: recipe.dropout, random })
        right.dispose()
        right = tf.keep(countRight(logits, labels, tf))
        return crossEntropy(tf, logits, y)
      },
      correct: () => right.dataSync()[0] ?? 0,
      dispose: () => tf.dispose([x, y, right]),
    }
  }

  return {
    name: 'HEAD',
    epochs: settings.stage1.epochs,
    examples: train.labels.length,
    batchSize: settings.batchSize,
    variables: head.variables,
    patience: settings.earlyStopping && val.labels.length > 0 ? recipe.patience.stage1 : undefined,
    learningRate: (step, steps) => scheduledRate(recipe, settings.stage1.learningRate, step, steps),
    load,
    validate: async () => {
      const logits = tf.tidy(() => head.logits(tf.tensor2d(val.rows, [val.labels.length, width])).dataSync())
      return scoreOf(logits as Float32Array, val.labels, recipe.labelSmoothing)
    },
  }
}
