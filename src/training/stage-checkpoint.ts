/** A stage is written down between its epochs, and goes on from there. */
import type * as tfjs from '@tensorflow/tfjs-node'
import type { TensorFlow } from '../model/network/tensorflow.js'
import type { Adam } from './adam.js'
import type { Checkpoint } from './checkpoint.js'
import type { EpochResult } from './job.js'
import type { Stage } from './stage.js'

/** Of the time, for writing checkpoints: the head's epochs are cheaper to do again than to write down, one by one. */
const checkpointShare = 0.2

/** The first of a stage is always due. */
export function checkpointClock(): (save: () => Promise<void>) => Promise<void> {
  let next = -Infinity
  return async (save) => {
    const started = performance.now()
    if (started < next) return
    await save()
    const ended = performance.now()
    next = ended + (ended - started) * (1 / checkpointShare - 1)
  }
}

export const valuesOf = (variable: tfjs.Variable) => variable.dataSync() as Float32Array

export function checkpointOf(
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

export function restore(tf: TensorFlow, stage: Stage, adam: Adam, checkpoint: Checkpoint) {
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
