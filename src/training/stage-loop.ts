/** Epoch after epoch of one stage: shuffled, judged on validation, the best kept, checkpointed, told, stoppable. */
import { Adam } from './adam.js'
import type { Checkpoint } from './checkpoint.js'
import type { EpochResult } from './job.js'
import { assign, checkpointClock, checkpointOf, restore, tensorsOf, valuesOf } from './stage-checkpoint.js'
import { runEpoch, type StepClock } from './stage-epoch.js'
import type { LoopContext, Stage } from './stage.js'

/**
 * Leaves the variables as they were after the best epoch (by validation loss; without validation photos: the last).
 * @param from a checkpoint of this stage
 * @returns the epoch that it left the weights of, 0: what it began with; and their loss on the photos they were judged by
 */
export async function runStage(
  stage: Stage,
  context: LoopContext,
  from?: Checkpoint,
): Promise<{ bestEpoch: number; loss: number | undefined }> {
  const { tf, history } = context
  const adam = new Adam(tf, stage.variables)
  const steps = Math.ceil(stage.examples / stage.batchSize)
  let best: Checkpoint['best']
  let bestWeights: Float32Array[] | undefined
  let epoch = 0
  if (from) {
    ;({ best, epoch } = restore(tf, stage, adam, from))
    bestWeights = tensorsOf(from, 'best', stage.variables.length)
  } else {
    // What the stage begins with is a candidate too: fine-tuning that makes things worse is undone.
    const loss = stage.lossBefore ?? (await stage.validate())?.loss
    if (loss !== undefined) best = { loss, epoch: 0 }
    bestWeights = stage.variables.map(valuesOf)
  }
  const clock: StepClock = { started: performance.now(), steps: 0 }
  const due = checkpointClock()
  try {
    while (epoch < stage.epochs && !(stage.patience && best && epoch - best.epoch >= stage.patience)) {
      epoch++
      const started = performance.now()
      const { loss, accuracy, learningRate } = await runEpoch(stage, adam, epoch, steps, context, clock)
      const validation = await stage.validate()
      const isBest = !validation || !best || validation.loss < best.loss
      if (isBest) {
        best = { loss: validation?.loss ?? loss, epoch }
        bestWeights = stage.variables.map(valuesOf)
      }
      const result: EpochResult = {
        stage: stage.name,
        epoch,
        epochs: stage.epochs,
        loss,
        accuracy,
        valLoss: validation?.loss ?? null,
        valAccuracy: validation?.accuracy ?? null,
        learningRate,
        seconds: (performance.now() - started) / 1000,
        best: isBest,
      }
      history.push(result)
      const now = best
      const weights = bestWeights
      await due(() => context.save(checkpointOf(stage, adam, history, now, weights)))
      // Told after the checkpoint: but for some of the head's, epochs that a client has seen are not done again.
      context.report({ type: 'epoch', ...result })
    }
    if (bestWeights) assign(tf, stage.variables, bestWeights)
    await context.save(checkpointOf(stage, adam, history, best, bestWeights))
    return { bestEpoch: best?.epoch ?? epoch, loss: best?.loss }
  } finally {
    adam.dispose()
  }
}
