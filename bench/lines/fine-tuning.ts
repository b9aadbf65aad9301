/** A step of fine-tuning against what the machine's matrix products allow. */
import { firstWeights, HeadNetwork } from '../../src/training/head-network.js'
import { recipes } from '../../src/training/recipes.js'
import { headBlocks, channelsOf } from '../../src/training/head-blocks.js'
import { settingsFrom } from '../../src/training/settings.js'
import { loadTensorFlow, type TensorFlow } from '../../src/model/network/tensorflow.js'
import { findBackbone, loadBackbone } from '../../src/model/weights/find.js'
import { buildTail } from '../../src/model/network/tfjs.js'
import { Adam } from '../../src/training/adam.js'
import type * as tfjs from '@tensorflow/tfjs-node'
import type { Bench } from '../bench.js'
import { median } from '../statistics.js'
import { atLeast, milliseconds, type Row } from '../table.js'

/** Forward and backward behind mixed8: three times 2 x 0.71 GFLOP. */
const gigaflopsAPhoto = 4.3
const rounds = 7
const side = 1024

export async function* fineTuning(bench: Bench): AsyncGenerator<Row> {
  const tf = loadTensorFlow()
  const { batchSize } = recipes.DEFAULT
  const step = await stepOf(tf, bench, batchSize)
  const speeds: number[] = []
  const steps: number[] = []
  for (let round = 0; round < rounds; round++) {
    speeds.push(matrixSpeed(tf))
    const started = performance.now()
    step()
    // The first is the slowest: memory is fetched, kernels are chosen.
    if (round > 0) steps.push((performance.now() - started) / batchSize)
  }
  const bare = gigaflopsAPhoto / median(speeds)
  yield {
    what: `fine-tune step, a photo (batch ${batchSize})`,
    ours: milliseconds(median(steps)),
    against: `${milliseconds(1000 * bare)}, ${gigaflopsAPhoto} GFLOP at ${median(speeds).toFixed(0)} GFLOP/s (${side} × ${side} matrix product in tfjs-node)`,
    ...atLeast((1000 * bare) / median(steps), 0.6, '%'),
  }
}

/** GFLOP a second. */
function matrixSpeed(tf: TensorFlow): number {
  const repeats = 40
  const [a, b] = [tf.randomUniform([side, side]), tf.randomUniform([side, side])]
  const started = performance.now()
  for (let i = 0; i < repeats; i++) {
    const product = tf.matMul(a, b)
    if (i === repeats - 1) product.dataSync()
    product.dispose()
  }
  const elapsed = performance.now() - started
  tf.dispose([a, b])
  return (repeats * 2 * side ** 3) / elapsed / 1e6
}

/** What a step of stage 2 computes, on numbers made up: loss, gradients, Adam. */
async function stepOf(tf: TensorFlow, bench: Bench, batch: number): Promise<() => void> {
  const { config } = await bench.house()
  const backbone = await loadBackbone(await findBackbone(config, bench.say))
  const {
    boundary,
    frozenConvolutions: frozen,
    moved,
  } = headBlocks(recipes.DEFAULT, settingsFrom({ datasetVersion: '' }), false)
  const tail = buildTail(tf, { boundary, frozen, blocks: moved, convolutions: backbone.convolutions })
  const classes = 5
  const head = new HeadNetwork(
    tf,
    firstWeights({ features: channelsOf(moved), hidden: recipes.DEFAULT.hidden, classes }, 1),
  )
  const variables = [...head.variables, ...tail.trainableWeights.map((weight) => weight.read() as tfjs.Variable)]
  const adam = new Adam(tf, variables)
  const maps = tf.randomUniform([batch, 8, 8, 1280]) as tfjs.Tensor4D
  const targets = tf.oneHot(tf.range(0, batch, 1, 'int32').mod(tf.scalar(classes, 'int32')), classes)
  return () => {
    const { value, grads } = tf.variableGrads(
      () => tf.losses.softmaxCrossEntropy(targets, head.logits(tail.apply(maps) as tfjs.Tensor2D)),
      variables,
    )
    adam.apply(
      variables.map((variable) => grads[variable.name] as tfjs.Tensor),
      1e-5,
    )
    value.dataSync()
    tf.dispose([value, grads])
  }
}
