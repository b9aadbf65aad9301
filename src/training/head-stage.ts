/** Stage 1: the head alone. The backbone stands still, so its pooled features are all that is read. */
import type { TensorFlow } from '../model/network/tensorflow.js'
import { type Standardisation, standardise } from '../model/standardisation.js'
import { type Shown, viewInEpoch } from './examples.js'
import { headLogits } from './head-logits.js'
import { countRight, type HeadNetwork } from './head-network.js'
import type { HeldRows } from './held-rows.js'
import { crossEntropy, scoreOf, weightedTargets } from './loss.js'
import { stream } from './random.js'
import { type Recipe, scheduledRate } from './recipes.js'
import type { Settings } from './settings.js'
import type { Batch, Stage } from './stage.js'

/** Features of one split, a row for each view of each photo, photo by photo, and the label of each photo. */
export interface HeadExamples {
  rows: HeldRows
  labels: number[]
}

export function headStage(
  tf: TensorFlow,
  head: HeadNetwork,
  data: {
    train: HeadExamples & Pick<Shown, 'starts'>
    val: HeadExamples
    weights: Float32Array
    standardisation: Standardisation
  },
  recipe: Recipe,
  settings: Settings,
  patience: number,
): Stage {
  const { features: width, classes } = head.shape
  const { train, val, standardisation } = data

  const load = async (examples: Uint32Array, epoch: number): Promise<Batch> => {
    const size = examples.length
    const random = stream(settings.seed, 'HEAD', epoch, examples[0] ?? 0)
    const shown = examples.map((example) => viewInEpoch(settings.seed, epoch, example, train.starts))
    const labels = examples.map((example) => train.labels[example] as number)
    const targets = weightedTargets(labels, data.weights, recipe.labelSmoothing)
    const x = tf.tensor2d(standardise(await train.rows.take(shown), standardisation), [size, width])
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
    patience: settings.earlyStopping && val.labels.length > 0 ? patience : undefined,
    learningRate: (step, steps) => scheduledRate(recipe, settings.stage1.learningRate, step, steps),
    load,
    validate: async () =>
      scoreOf(await headLogits(tf, head, standardisation, val.rows), val.labels, recipe.labelSmoothing),
  }
}
