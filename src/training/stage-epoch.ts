/** An epoch of a stage: every photo once, batch after batch, told as it goes, stoppable after each step. */
import type * as tfjs from '@tensorflow/tfjs-node'
import type { Adam } from './adam.js'
import { shuffled, stream } from './random.js'
import { RunFailure } from './run-failure.js'
import type { Batch, LoopContext, Stage } from './stage.js'

/** By which the rest is estimated. */
export interface StepClock {
  readonly started: number
  steps: number
}

/**
 * @param at from 1
 * @param count steps of it
 */
export async function runEpoch(
  stage: Stage,
  optimizer: Adam,
  at: number,
  count: number,
  { tf, seed, report, checkStop }: LoopContext,
  clock: StepClock,
) {
  const { name, variables, batchSize } = stage
  const order = shuffled(stage.examples, stream(seed, 'order', name, at))
  const batchOf = (step: number) => stage.load(order.subarray(step * batchSize, (step + 1) * batchSize), at)
  let [lossSum, correct, learningRate] = [0, 0, 0]
  let next: Promise<Batch> | undefined = batchOf(0)
  try {
    for (let step = 0; step < count; step++) {
      const batch = (await next) as Batch
      next = undefined
      try {
        checkStop()
        if (step + 1 < count) next = batchOf(step + 1)
        learningRate = stage.learningRate((at - 1) * count + step, stage.epochs * count)
        const { value, grads } = tf.variableGrads(() => batch.loss(), [...variables])
        lossSum += (value.dataSync()[0] ?? Number.NaN) * batch.size
        optimizer.apply(
          variables.map((variable) => grads[variable.name] as tfjs.Tensor),
          learningRate,
        )
        tf.dispose([value, grads])
        correct += batch.correct()
      } finally {
        batch.dispose()
      }
      if (!Number.isFinite(lossSum))
        throw new RunFailure('The loss is not a number any more: the learning rate is too high.')
      clock.steps++
      const left = count - step - 1 + (stage.epochs - at) * count
      report({
        type: 'progress',
        stage: name,
        epoch: at,
        done: Math.min(stage.examples, (step + 1) * batchSize),
        total: stage.examples,
        etaSeconds: (left * (performance.now() - clock.started)) / clock.steps / 1000,
        loss: lossSum / Math.min(stage.examples, (step + 1) * batchSize),
      })
    }
  } finally {
    // Nobody takes it any more, and nothing of it may go on after the run: it might open the frozen part again.
    await next?.then(
      (batch) => batch.dispose(),
      () => undefined, // the error that ended the epoch says more
    )
  }
  return { loss: lossSum / stage.examples, accuracy: correct / stage.examples, learningRate }
}
