/**
 * Adam with bias correction (Kingma & Ba 2015, algorithm 1). Ours rather than tfjs': its state can be written to a checkpoint and read back exactly, and its rate
 * changes from step to step.
 */
import type * as tfjs from '@tensorflow/tfjs-node'
import type { TensorFlow } from '../model/network/tensorflow.js'

const beta1 = 0.9
const beta2 = 0.999
const epsilon = 1e-7

export interface AdamState {
  step: number
  /** First and second moment of each variable, in the order of the variables. */
  moments: { m: Float32Array; v: Float32Array }[]
}

export class Adam {
  private step = 0
  private readonly moments: { m: tfjs.Variable; v: tfjs.Variable }[]

  constructor(
    private readonly tf: TensorFlow,
    private readonly variables: readonly tfjs.Variable[],
  ) {
    this.moments = variables.map(({ shape }) => ({
      m: tf.tidy(() => tf.variable(tf.zeros(shape), false)),
      v: tf.tidy(() => tf.variable(tf.zeros(shape), false)),
    }))
  }

  /** @param gradients of the variables, in their order; disposed by the caller */
  apply(gradients: readonly tfjs.Tensor[], learningRate: number): void {
    const { tf } = this
    this.step++
    // Both corrections in the rate: alpha_t = alpha * sqrt(1 - beta2^t) / (1 - beta1^t), as in the paper's section 2.
    const rate = (learningRate * Math.sqrt(1 - beta2 ** this.step)) / (1 - beta1 ** this.step)
    const scaledEpsilon = epsilon * Math.sqrt(1 - beta2 ** this.step)
    this.variables.forEach((variable, i) => {
      const gradient = gradients[i]
      const moment = this.moments[i]
      if (!gradient || !moment) throw new Error(`no gradient of ${variable.name}`)
      tf.tidy(() => {
        const m = moment.m.add(gradient.sub(moment.m).mul(1 - beta1)) as tfjs.Tensor
        const v = moment.v.add(
          gradient
            .square()
            .sub(moment.v)
            .mul(1 - beta2),
        ) as tfjs.Tensor
        moment.m.assign(m)
        moment.v.assign(v)
        variable.assign(variable.sub(m.div(v.sqrt().add(scaledEpsilon)).mul(rate)))
      })
    })
  }

  state(): AdamState {
    const moments = this.moments.map(({ m, v }) => ({
      m: m.dataSync<'float32'>(),
      v: v.dataSync<'float32'>(),
    }))
    return { step: this.step, moments }
  }

  /** @throws Error when the state is that of other variables */
  restore({ step, moments }: AdamState): void {
    if (moments.length !== this.moments.length) throw new Error('the checkpoint has other variables')
    this.step = step
    this.moments.forEach((moment, i) => {
      for (const [variable, values] of [
        [moment.m, moments[i]?.m],
        [moment.v, moments[i]?.v],
      ] as const) {
        if (values?.length !== variable.size) throw new Error('the checkpoint has variables of another shape')
        this.tf.tidy(() => variable.assign(this.tf.tensor(values, variable.shape)))
      }
    })
  }

  dispose(): void {
    for (const { m, v } of this.moments) {
      m.dispose()
      v.dispose()
    }
  }
}
