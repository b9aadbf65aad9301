import { describe, expect, it } from 'vitest'
import { loadTensorFlow } from '../src/model/network/tensorflow.js'
import type { Checkpoint } from '../src/training/checkpoint.js'
import type { Shown } from '../src/training/examples.js'
import { firstWeights, HeadNetwork, narrowed, widened } from '../src/training/head-network.js'
import { HeldRows } from '../src/training/held-rows.js'
import { type HeadExamples, headStage } from '../src/training/head-stage.js'
import type { EpochResult } from '../src/training/job.js'
import { type Recipe, recipes } from '../src/training/recipes.js'
import { settingsFrom } from '../src/training/settings.js'
import type { LoopContext, Stage } from '../src/training/stage.js'
import { runStage } from '../src/training/stage-loop.js'
import { uniform } from './support/network.js'

const tf = loadTensorFlow()
const [features, classes] = [12, 3]

/** Three clouds of points, each around a corner of its own. */
function clouds(photos: number, seed: number, views = 1): HeadExamples & Pick<Shown, 'starts'> {
  const next = uniform(seed)
  const labels = Array.from({ length: photos }, (_, i) => i % classes)
  const rows = Float32Array.from({ length: photos * views * features }, (_, at) => {
    const label = Math.floor(at / features / views) % classes
    return next() * 2 - 1 + (at % features === label ? 1.5 : 0)
  })
  return { rows: held(rows), starts: Uint32Array.from({ length: photos + 1 }, (_, i) => i * views), labels }
}

/** Room for all of them, or for none: a stage sees the same. */
const held = (rows: Float32Array, bytes = Infinity) =>
  new HeldRows(rows.length / features, features, bytes, async (numbers) =>
    Float32Array.from([...numbers].flatMap((n) => [...rows.subarray(n * features, (n + 1) * features)])),
  )
const rowsOf = async ({ rows }: HeadExamples) => rows.take(Uint32Array.from({ length: rows.count }, (_, i) => i))
const asTheyAre = { mean: new Float32Array(features), scale: new Float32Array(features).fill(1) }

const recipe: Recipe = { ...recipes.DEFAULT, hidden: 8, patience: { stage1: 3, stage2: 1 } }
const settings = (epochs: number, earlyStopping = false) =>
  settingsFrom({ datasetVersion: 'v', stage1: { epochs, learningRate: 0.01 }, batchSize: 16, seed: 5, earlyStopping })

const headOf = () => new HeadNetwork(tf, firstWeights({ features, hidden: recipe.hidden, classes }, 5))

function stageOf(
  head: HeadNetwork,
  epochs: number,
  data: Partial<Parameters<typeof headStage>[2]> = {},
  early = false,
) {
  const weights = new Float32Array(classes).fill(1)
  const all = { train: clouds(50, 1, 2), val: clouds(20, 2), weights, standardisation: asTheyAre, ...data }
  return headStage(tf, head, all, recipe, settings(epochs, early), recipe.patience.stage1)
}

class Stop extends Error {}

/** Remembers what the loop does; stops when told to, before a step. */
function watched(stopAfterSteps = Infinity) {
  const saved: Checkpoint[] = []
  const history: EpochResult[] = []
  let steps = 0
  const context: LoopContext = {
    tf,
    seed: 5,
    history,
    report: ({ type }) => {
      if (type === 'progress') steps++
    },
    checkStop: () => {
      if (steps >= stopAfterSteps) throw new Stop()
    },
    save: async (checkpoint) => void saved.push(structuredClone({ ...checkpoint, madeOf: 'a backbone' })),
  }
  return { context, saved, history, steps: () => steps }
}

const valuesOf = (head: HeadNetwork) => head.weights().map(({ kernel, bias }) => [[...kernel], [...bias]])
const withoutSeconds = (history: readonly EpochResult[]) => history.map((epoch) => ({ ...epoch, seconds: 0 }))

/** Validation says what it is told to, epoch by epoch; the first is what the stage begins with. */
const validating = (stage: Stage, losses: number[]): Stage => {
  const said = [...losses]
  return { ...stage, validate: async () => ({ loss: said.shift() ?? expect.fail('too many epochs'), accuracy: 0 }) }
}

describe('a stage', () => {
  it('learns', async () => {
    const head = headOf()
    const { context, history } = watched()
    await runStage(stageOf(head, 15), context)
    expect(history).toHaveLength(15)
    expect(history.at(-1)?.loss).toBeLessThan(history[0]?.loss ?? 0)
    expect(history.at(-1)?.valAccuracy).toBeGreaterThan(0.6)
    head.dispose()
  })

  it('stops when validation gains no more, and leaves the best epoch', async () => {
    const head = headOf()
    const weights: unknown[] = []
    const stage = validating(stageOf(head, 20, {}, true), [9, 5, 4, 6, 4, 4.5])
    const { context, history, saved } = watched()
    await runStage(
      {
        ...stage,
        validate: () => {
          weights.push(valuesOf(head))
          return stage.validate()
        },
      },
      context,
    )
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5])
    // Whoever looks on sees which one is kept.
    expect(history.findLast(({ best }) => best)?.epoch).toBe(2)
    expect(saved.at(-1)?.best).toEqual({ loss: 4, epoch: 2 })
    expect(valuesOf(head)).toEqual(weights[2])
    expect(valuesOf(head)).not.toEqual(weights[5])
    head.dispose()
  })

  it('undoes itself when no epoch is better than what it began with', async () => {
    const head = headOf()
    const before = valuesOf(head)
    const { context, history } = watched()
    await runStage(validating(stageOf(head, 2), [1, 2, 3]), context)
    expect(valuesOf(head)).toEqual(before)
    expect(history.map(({ best }) => best)).toEqual([false, false])
    head.dispose()
  })

  it('goes to its end without validation photos, and keeps the last epoch', async () => {
    const head = headOf()
    const { context, history, saved } = watched()
    await runStage(stageOf(head, 5, { val: clouds(0, 2) }, true), context)
    expect(history.map(({ valLoss }) => valLoss)).toEqual(Array(5).fill(null))
    expect(history.every(({ best }) => best)).toBe(true)
    const last = saved.at(-1)?.tensors.get('weights/0') ?? expect.fail('nothing was saved')
    expect(valuesOf(head)[0]?.[0]).toEqual([...last])
    head.dispose()
  })

  it('does nothing for no epochs', async () => {
    const head = headOf()
    const before = valuesOf(head)
    const { context, history } = watched()
    await runStage(stageOf(head, 0), context)
    expect(history).toEqual([])
    expect(valuesOf(head)).toEqual(before)
    head.dispose()
  })

  it.each([0, 4, 9, 13])(
    'is what it would have been, stopped before step %i and gone on from its checkpoint',
    async (at) => {
      const whole = headOf()
      const straight = watched()
      await runStage(stageOf(whole, 5), straight.context)

      const first = headOf()
      const stopped = watched(at)
      await expect(runStage(stageOf(first, 5), stopped.context)).rejects.toThrow(Stop)
      const second = headOf()
      const resumed = watched()
      const from = stopped.saved.at(-1)
      resumed.history.push(...(from?.history ?? []))
      await runStage(stageOf(second, 5), resumed.context, from)

      expect(valuesOf(second)).toEqual(valuesOf(whole))
      expect(withoutSeconds(resumed.history)).toEqual(withoutSeconds(straight.history))
      // Four steps an epoch: those of the checkpoint are not done again.
      expect(resumed.steps()).toBe(4 * (5 - (from?.history.length ?? 0)))
      for (const head of [whole, first, second]) head.dispose()
    },
  )

  it('writes the first epoch down at once', async () => {
    const head = headOf()
    const { context, saved } = watched(4)
    await expect(runStage(stageOf(head, 5), context)).rejects.toThrow(Stop)
    expect(saved.map(({ history }) => history.length)).toEqual([1])
    head.dispose()
  })

  it('is the same for the same seed, and another one for another', async () => {
    const trained = async (seed: number) => {
      const head = headOf()
      await runStage(stageOf(head, 2), { ...watched().context, seed })
      const values = valuesOf(head)
      head.dispose()
      return values
    }
    expect(await trained(1)).toEqual(await trained(1))
    expect(await trained(1)).not.toEqual(await trained(2))
  })

  it('says so when the learning rate is too high', async () => {
    const head = headOf()
    const stage = stageOf(head, 5)
    await expect(runStage({ ...stage, learningRate: () => Infinity }, watched().context)).rejects.toThrow(
      'the learning rate is too high',
    )
    head.dispose()
  })

  it('leaves no tensor behind, whether it ends, is stopped, or goes on', async () => {
    const before = tf.memory().numTensors
    const head = headOf()
    const within = tf.memory().numTensors
    const { context, saved } = watched(9)
    await expect(runStage(stageOf(head, 5), context)).rejects.toThrow(Stop)
    expect(tf.memory().numTensors).toBe(within)
    await runStage(stageOf(head, 5), watched().context, saved.at(-1))
    expect(tf.memory().numTensors).toBe(within)
    head.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

it('a stage learns the same, whether its rows are held in memory or read again whenever they are wanted', async () => {
  const trained = async (bytes: number) => {
    const head = headOf()
    const train = { ...clouds(50, 1, 2), rows: held(await rowsOf(clouds(50, 1, 2)), bytes) }
    await runStage(stageOf(head, 3, { train }), watched().context)
    const values = valuesOf(head)
    head.dispose()
    return values
  }
  const all = await trained(Infinity)
  expect(await trained(0)).toEqual(all)
  expect(await trained(4 * features * 17 + 3)).toEqual(all)
})

it('fine-tuning begins where the head ended: features that come to it weigh nothing, and can be taken away again', async () => {
  const head = headOf()
  await runStage(stageOf(head, 3), watched().context)
  const more = new HeadNetwork(tf, widened(head.weights(), 5))
  const logits = (network: HeadNetwork, rows: Float32Array, width: number) =>
    tf.tidy(() => network.logits(tf.tensor2d(rows, [20, width])).dataSync())
  const rows = await rowsOf(clouds(20, 2))
  const wide = Float32Array.from({ length: 20 * (features + 5) }, (_, at) => {
    const [row, column] = [Math.floor(at / (features + 5)), at % (features + 5)]
    return column < features ? (rows[row * features + column] ?? 0) : 100
  })
  const before = logits(head, rows, features)
  logits(more, wide, features + 5).forEach((logit, i) => expect(logit).toBeCloseTo(before[i] ?? Number.NaN, 5))
  expect(narrowed(more.weights(), features)).toEqual(head.weights())
  expect(more.shape).toEqual({ features: features + 5, hidden: recipe.hidden, classes })
  head.dispose()
  more.dispose()
})

it('waits for the batch that is being read when a step fails, and frees it', async () => {
  const before = tf.memory().numTensors
  const head = headOf()
  const stage = stageOf(head, 3)
  const { context } = watched()
  let [reading, freed] = [0, 0]
  const slow: Stage = {
    ...stage,
    load: async (...given) => {
      reading++
      const batch = await stage.load(...given)
      if (reading > 1) await new Promise((resolve) => setImmediate(resolve))
      const dispose = () => {
        freed++
        batch.dispose()
      }
      const loss = () => {
        throw new Stop()
      }
      return { ...batch, loss, dispose }
    },
  }
  await expect(runStage(slow, context)).rejects.toThrow(Stop)
  expect([reading, freed]).toEqual([2, 2])
  head.dispose()
  expect(tf.memory().numTensors).toBe(before)
})
