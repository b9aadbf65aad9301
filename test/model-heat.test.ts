/** Where on a photo the network has its logits from: it adds up to the logits, in every form of the model, and lies where it should. */
import { describe, expect, it } from 'vitest'
import { concat, type HeadWeights, pooled, type Expression } from '../src/model/network/expression.js'
import { HEAT, headOutputs } from '../src/model/network/heat.js'
import { inceptionV3 } from '../src/model/network/inception-v3.js'
import { type Network, PIXELS, shapesOf } from '../src/model/network/node.js'
import { onnxModel } from '../src/model/network/onnx.js'
import { scalesOf } from '../src/model/network/quantisation.js'
import { loadTensorFlow, type Tensor } from '../src/model/network/tensorflow.js'
import { buildWhole } from '../src/model/network/tfjs.js'
import { evidenceIn, heatMapOf } from '../src/predictions/heat-map.js'
import { openSession } from '../src/predictions/session.js'
import { largestDifference, randomConvolutions, randomDense, referencePicture } from './support/network.js'

const minutes = 60_000
const classes = 5
const convolutions = randomConvolutions(3)
const picture = referencePicture()
/** Another photo: it opens other ReLUs. */
const striped = picture.map((value, i) => (Math.floor(i / 3 / 20) % 2 === 0 ? value : 1 - value))

async function run(model: Uint8Array, input: Float32Array, photos: number, flags?: readonly string[]) {
  const session = await openSession(model, { threads: 2 })
  try {
    return await session.run(input, photos, flags)
  } finally {
    await session.release()
  }
}

const channelsOf = (blocks: readonly string[]) =>
  blocks.reduce((sum, block) => sum + (shapesOf(inceptionV3).get(block)?.channels ?? 0), 0)

/** With random weights, a layer of each width. */
function headOn(blocks: readonly string[], ...widths: number[]): HeadWeights {
  let from = channelsOf(blocks)
  const layers = widths.map((to, i) => {
    const layer = randomDense(from, to, 7 + i)
    from = to
    return layer
  })
  return { blocks, layers }
}

/** Of such features the logits, and the part of them that the biases make: [classes] each. */
function forward({ layers }: HeadWeights, features: Float32Array) {
  let [x, ofBiases] = [[...features], features.map(() => 0) as Iterable<number>]
  layers.forEach(({ kernel, bias }, layer) => {
    const times = (row: readonly number[]) =>
      [...bias].map((offset, to) => row.reduce((sum, v, i) => sum + v * (kernel[i * bias.length + to] ?? 0), offset))
    const [sum, part] = [times(x), times([...ofBiases])]
    const passes = (i: number) => layer === layers.length - 1 || (sum[i] ?? 0) > 0
    x = sum.map((value, i) => (passes(i) ? value : 0))
    ofBiases = part.map((value, i) => (passes(i) ? value : 0))
  })
  return { logits: Float32Array.from(x), ofBiases: Float32Array.from(ofBiases) }
}

/** Of one photo: what the biases make, and of each grid the average over its positions. */
function addedUp(ofBiases: Float32Array, grids: readonly Float32Array[]): Float32Array {
  return ofBiases.map((bias, c) =>
    grids.reduce((sum, grid) => {
      const own = grid.filter((_, i) => i % classes === c)
      return sum + own.reduce((total, value) => total + value, 0) / own.length
    }, bias),
  )
}

async function scales() {
  const names = inceptionV3.flatMap(({ op, name }) => (op === 'conv' ? [name] : []))
  const maxima = Object.fromEntries(names.map((name): [string, Expression] => [`${name}/max`, pooled(name, 'max')]))
  const seen = await run(onnxModel({ convolutions, outputs: maxima }), new Float32Array([...picture, ...striped]), 2)
  return scalesOf(inceptionV3, new Map(names.map((name) => [name, Math.max(...(seen[`${name}/max`] ?? []))])))
}

describe('the evidence for a class', () => {
  it.each([
    ['with a hidden layer, on grids of two sizes', headOn(['mixed4', 'mixed6', 'mixed8'], 16, classes), [17, 8]],
    ['with two hidden layers', headOn(['mixed3'], 24, 12, classes), [17]],
    ['without any', headOn(['mixed0', 'mixed10'], classes), [35, 8]],
  ])(
    'adds up to its logit, with what the biases make of it: %s',
    async (_, head, sides) => {
      const { blocks } = head
      const outputs = { ...headOutputs(head), features: concat(...blocks.map((block) => pooled(block))) }
      const both = new Float32Array([...picture, ...striped])
      const tf = loadTensorFlow()
      const whole = buildWhole(tf, { convolutions, head, dropout: 0, boundary: 'mixed10', frozen: [] })
      const inTfjs = tf.tidy(() => (whole.predict(tf.tensor(both, [2, 299, 299, 3])) as Tensor).dataSync<'float32'>())
      whole.dispose()
      for (const precision of ['float32', 'int8'] as const) {
        const model = onnxModel({ convolutions, outputs, ...(precision === 'int8' && { scales: await scales() }) })
        const said = await run(model, both, 2, [HEAT])
        expect(Object.keys(said)).toEqual(['logits', ...sides.map((side) => `heat${side}`), 'features'])
        const [logits, features] = [said['logits'] ?? expect.fail(), said['features'] ?? expect.fail()]
        const of = (values: Float32Array, photo: number) =>
          values.subarray((photo * values.length) / 2, ((photo + 1) * values.length) / 2)
        for (const photo of [0, 1]) {
          const grids = evidenceIn(said).map((grid) => of(grid, photo))
          expect(grids.map(({ length }) => length)).toEqual(sides.map((side) => side * side * classes))
          const { ofBiases } = forward(head, of(features, photo))
          const sum = addedUp(ofBiases, grids)
          expect(largestDifference(sum, of(logits, photo))).toBeLessThan(1e-3)
          if (precision === 'float32') expect(largestDifference(sum, of(inTfjs, photo))).toBeLessThan(1e-3)
        }
        expect(largestDifference(of(logits, 0), of(logits, 1))).toBeGreaterThan(1e-3)
      }
    },
    2 * minutes,
  )

  it('is there only when it is asked for, and everything else is the same with it and without', async () => {
    const model = onnxModel({ convolutions, outputs: headOutputs(headOn(['mixed0', 'mixed3'], 8, classes)) })
    const [without, asked] = [await run(model, picture, 1), await run(model, picture, 1, [HEAT])]
    expect(Object.keys(without)).toEqual(['logits'])
    expect(Object.keys(asked)).toEqual(['logits', 'heat35', 'heat17'])
    expect(asked['logits']).toEqual(without['logits'])
  })

  it('costs the file no weight twice', () => {
    const head = headOn(['mixed0', 'mixed3'], 64, classes)
    const { logits = expect.fail(), ...heat } = headOutputs(head)
    const [without, all] = [{ logits }, { logits, ...heat }].map((outputs) => onnxModel({ convolutions, outputs }))
    expect((all?.length ?? 0) - (without?.length ?? 0)).toBeLessThan(4_000)
  })
})

describe('the heat map', () => {
  /** Averages of a colour over squares: 4 x 4 of red, 2 x 2 of blue. */
  const square = (name: string, size: number): Network[number] => ({
    name,
    op: 'conv',
    kernel: [size, size],
    stride: size,
    padding: 'valid',
    filters: 1,
    inputs: [PIXELS],
  })
  const network = [square('red', 74), square('blue', 149)]
  const ofColour = (size: number, colour: number) => ({
    kernel: Float32Array.from({ length: size * size * 3 }, (_, i) => (i % 3 === colour ? 1 / (size * size) : 0)),
    shape: [size, size, 3, 1] as const,
    bias: new Float32Array(1),
  })
  /** A class for each colour. */
  const head: HeadWeights = {
    blocks: ['red', 'blue'],
    layers: [
      { kernel: Float32Array.of(1, 0, 0, 1), bias: new Float32Array(2) },
      { kernel: Float32Array.of(1, -1, -1, 1), bias: new Float32Array(2) },
    ],
  }
  const seeing = onnxModel({
    convolutions: new Map([
      ['red', ofColour(74, 0)],
      ['blue', ofColour(149, 2)],
    ]),
    outputs: headOutputs(head, network),
    network,
  })
  /** Red in the right half, blue in the lower one. */
  const photo = Float32Array.from({ length: 299 * 299 * 3 }, (_, i) => {
    const place = Math.floor(i / 3)
    if (i % 3 === 0) return place % 299 < 150 ? 0 : 1
    return i % 3 === 2 && place >= 150 * 299 ? 1 : 0
  })

  it('lies where on the photo the class is, and not where another one is', async () => {
    const evidence = evidenceIn(await run(seeing, photo, 1, [HEAT]))
    expect(evidence.map(({ length }) => length)).toEqual([4 * 4 * 2, 2 * 2 * 2])
    const mapOf = (ofClass: number) => heatMapOf(evidence, new Float32Array(2).with(ofClass, 1)) ?? expect.fail()
    const shareOf = (ofClass: number, isThere: (x: number, y: number) => boolean) => {
      const { width, values } = mapOf(ofClass)
      const all = values.reduce((sum, value) => sum + value, 0)
      return values.reduce((sum, v, i) => sum + (isThere(i % width, Math.floor(i / width)) ? v : 0), 0) / all
    }
    expect(shareOf(0, (x) => x >= 2)).toBeGreaterThan(0.95)
    expect(shareOf(0, (x, y) => x >= 2 && y < 2)).toBeGreaterThan(0.7)
    // Of a coarser grid, its edges are softer.
    expect(shareOf(1, (_, y) => y >= 2)).toBeGreaterThan(0.85)
    expect(mapOf(0)).toMatchObject({ width: 4, height: 4 })
    expect(Math.max(...mapOf(0).values)).toBe(1)
    expect(Math.min(...mapOf(0).values)).toBe(0)
  })

  it('has what is coarse brought to what is fine, and nothing of what speaks against', () => {
    const mapOf = (...evidence: Float32Array[]) => heatMapOf(evidence, new Float32Array(1))?.values
    const coarse = Float32Array.of(0, 4, 0, 4)
    expect(mapOf(coarse)).toEqual([0, 1, 0, 1])
    expect(mapOf(new Float32Array(16), coarse)?.slice(0, 4)).toEqual([0, 0.25, 0.75, 1])
    const fine = new Float32Array(16).map((_, i) => (i === 3 ? 4 : i === 7 ? -9 : 0))
    expect(mapOf(coarse, fine)?.slice(0, 8)).toEqual([0, 0.125, 0.375, 1, 0, 0.125, 0.375, 0])
  })

  it('has nothing where another class has more, each other one by its share of what is left', () => {
    // Two positions wide and high; the first class is named, the third one as good as impossible.
    const evidence = Float32Array.from(
      [
        [2, 1, 9],
        [2, 3, 0],
        [3, 1, 9],
        [0, 0, 0],
      ].flat(),
    )
    const logits = Float32Array.of(40, 20, -40)
    expect(heatMapOf([evidence], logits)?.values).toEqual([0.5, 0, 1, 0])
    expect(heatMapOf([evidence.map((v, i) => (i % 3 === 0 ? 0 : v))], logits)?.values).toEqual([0, 0, 0, 0])
    const evenly = Float32Array.of(1, 0, 0)
    expect(heatMapOf([Float32Array.of(4, 1, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0)], evenly)?.values).toEqual([0.5, 1, 0, 0])
  })

  it('is none where there is no evidence', () => {
    expect(heatMapOf([], new Float32Array(5))).toBeNull()
  })
})
