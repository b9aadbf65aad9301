/** Epoch after epoch of one stage: shuffled, judged on validation, the best kept, checkpointed, told, stoppable. */
import type * as tfjs from '@tensorflow/tfjs-node'
import type { RunStage } from '../db.js'
import type { TensorFlow } from '../model/network/tensorflow.js'
import { Adam } from './adam.js'
import type { Checkpoint } from './checkpoint.js'
import type { EpochResult, Report } from './job.js'
import type { Score } from './loss.js'
import { shuffled, stream } from './random.js'
import { RunFailure } from './run-failure.js'

export interface Stage {
  readonly name: RunStage
  readonly epochs: number
  /** Photos an epoch. */
  readonly examples: number
  readonly batchSize: number
  readonly variables: readonly tfjs.Variable[]
  /** Epochs without a better validation loss before it stops; undefined: never. */
  readonly patience: number | undefined
  /** Validation loss of what it begins with, where the stage before has found it. */
  readonly lossBefore?: number | undefined
  /** @param step from 0 within the stage, of `steps` */
  learningRate(step: number, steps: number): number
  /** Called before the step that needs it, so that reading the next batch goes on while this one computes. */
  load(examples: Uint32Array, epoch: number): Promise<Batch>
  validate(): Promise<Score | undefined>
}

export interface Batch {
  readonly size: number
  /** Differentiable in the variables. */
  loss(): tfjs.Scalar
  /** Rightly named of the batch, after `loss` was called. */
  correct(): number
  dispose(): void
}

export interface LoopContext {
  readonly tf: TensorFlow
  readonly seed: number
  readonly report: (report: Report) => void
  /** Throws Stopped when the run is to end. */
  readonly checkStop: () => void
  readonly save: (checkpoint: Omit<Checkpoint, 'madeOf'>) => Promise<void>
  /** All epochs of the run so far. */
  readonly history: EpochResult[]
}

/** Of the time, for writing checkpoints: the head's epochs are cheaper to do again than to write down, one by one. */
const checkpointShare = 0.2

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
  const { tf, seed, history } = context
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
  const timing = { started: performance.now(), steps: 0 }
  const due = checkpointClock()
  try {
    while (epoch < stage.epochs && !(stage.patience && best && epoch - best.epoch >= stage.patience)) {
      epoch++
      const started = performance.now()
      const { loss, accuracy, learningRate } = await runEpoch(stage, adam, epoch, steps, context, timing)
      const validation = await stage.validate()
      if (!validation || !best || validation.loss < best.loss) {
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

  async function runEpoch(
    { name, variables, batchSize }: Stage,
    optimizer: Adam,
    at: number,
    count: number,
    { report, checkStop }: LoopContext,
    clock: { started: number; steps: number },
  ) {
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
}

/** The first of a stage is always due. */
function checkpointClock(): (save: () => Promise<void>) => Promise<void> {
  let next = -Infinity
  return async (save) => {
    const started = performance.now()
    if (started < next) return
    await save()
    const ended = performance.now()
    next = ended + (ended - started) * (1 / checkpointShare - 1)
  }
}

const valuesOf = (variable: tfjs.Variable) => variable.dataSync() as Float32Array

function checkpointOf(
  stage: Stage,
  adam: Adam,
  history: readonly EpochResult[],
  best: Checkpoint['best'],
  bestWeights: readonly Float32Array[] | undefined,
): Omit<Checkpoint, 'madeOf'> {
  const { step, moments } = adam.state()
  const tensors = new Map<string, Float32Array>()
  stage.variables.forEach((variable, i) => tensors.set(`weights/${i}`, valuesOf(variable)))
  bestWeights?.forEach((values, i) => tensors.set(`best/${i}`, values))
  moments.forEach(({ m, v }, i) => tensors.set(`m/${i}`, m).set(`v/${i}`, v))
  return { history: [...history], adamStep: step, best, tensors }
}

function restore(tf: TensorFlow, stage: Stage, adam: Adam, checkpoint: Checkpoint) {
  const { tensors, history, adamStep, best } = checkpoint
  const read = (kind: string, i: number) => tensors.get(`${kind}/${i}`) ?? new Float32Array()
  assign(tf, stage.variables, tensorsOf(checkpoint, 'weights', stage.variables.length) ?? [])
  adam.restore({
    step: adamStep,
    moments: stage.variables.map((_, i) => ({ m: read('m', i), v: read('v', i) })),
  })
  return { best, epoch: history.at(-1)?.epoch ?? 0 }
}

/** Of a checkpoint: `weights` as they are, or those of the `best` epoch. */
export function tensorsOf(
  { tensors }: Checkpoint,
  kind: 'weights' | 'best',
  count: number,
): Float32Array[] | undefined {
  const found = Array.from({ length: count }, (_, i) => tensors.get(`${kind}/${i}`))
  return found.every((values) => values !== undefined) ? found : undefined
}

export function assign(tf: TensorFlow, variables: readonly tfjs.Variable[], values: readonly Float32Array[]): void {
  variables.forEach((variable, i) => {
    const own = values[i]
    if (own?.length !== variable.size) throw new Error(`the weights of ${variable.name} have another shape`)
    tf.tidy(() => variable.assign(tf.tensor(own, variable.shape)))
  })
}
