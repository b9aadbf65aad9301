import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Expression,
  type HeadWeights,
  given,
  logitsOf,
  mapOf,
  pooled,
  residual,
} from '../src/model/network/expression.js'
import { layersModelFile, saveLayersModel } from '../src/model/network/layers-model-files.js'
import { onnxModel } from '../src/model/network/onnx.js'
import { type LayersModel, type Tensor, loadTensorFlow } from '../src/model/network/tensorflow.js'
import { buildTail, buildWhole, readConvolutions } from '../src/model/network/tfjs.js'
import { openSession } from '../src/predictions/session.js'
import { largestDifference, randomConvolutions, randomDense, referencePicture, sum } from './support/network.js'

const tf = loadTensorFlow()
const convolutions = randomConvolutions(1)
const picture = referencePicture()
const head: HeadWeights = { blocks: ['mixed8', 'mixed10'], layers: [randomDense(3328, 6, 2)] }
const reference = { boundary: 'mixed8', frozen: ['conv2d_81'] }

async function runOnnx(outputs: Record<string, Expression>, input: Float32Array, photos: number, from?: string) {
  const session = await openSession(onnxModel({ convolutions, outputs, ...(from && { from }) }), { threads: 2 })
  try {
    return await session.run(input, photos)
  } finally {
    await session.release()
  }
}

const predict = (model: LayersModel, input: Float32Array, shape: number[]) =>
  tf.tidy(() => (model.predict(tf.tensor(input, shape)) as Tensor).dataSync<'float32'>().slice())

const onnx = await runOnnx(
  { map: mapOf('mixed8'), mixed8: pooled('mixed8'), mixed10: pooled('mixed10'), logits: logitsOf(head) },
  picture,
  1,
)
const output = (name: string) => onnx[name] ?? new Float32Array()

describe('the network in ONNX', () => {
  it('says what it said when it was first written, whatever the machine', () => {
    expect(sum(output('mixed8'))).toBeCloseTo(377.097, 1)
    expect(sum(output('mixed10'))).toBeCloseTo(488.617, 1)
    expectClose(output('mixed8').subarray(0, 4), [0.041842, 0.026818, 0.000402, 0.004811])
    expectClose(output('mixed10').subarray(0, 4), [0.020937, 0, 0.177976, 0.535404])
  })

  it('averages the very map that it puts out, channels last', () => {
    const map = output('map')
    const mean = Float32Array.from({ length: 1280 }, (_, channel) => {
      let total = 0
      for (let position = 0; position < 64; position++) total += map[position * 1280 + channel] ?? 0
      return total / 64
    })
    expect(largestDifference(mean, output('mixed8'))).toBeLessThan(1e-5)
  })

  it('goes on from the map of a boundary as if it had come from the pixels', async () => {
    const tail = await runOnnx({ after: pooled('mixed10'), here: pooled('mixed8') }, output('map'), 1, 'mixed8')
    expect(largestDifference(tail['after'] ?? new Float32Array(), output('mixed10'))).toBeLessThan(1e-5)
    expect(largestDifference(tail['here'] ?? new Float32Array(), output('mixed8'))).toBeLessThan(1e-5)
  })

  it('gives a photo the same answer alone and in a batch', async () => {
    const dark = picture.map((value) => value / 3)
    const both = new Float32Array([...dark, ...picture])
    const { logits = new Float32Array() } = await runOnnx({ logits: logitsOf(head) }, both, 2)
    expect(logits).toHaveLength(12)
    expect(largestDifference(logits.subarray(6), output('logits'))).toBeLessThan(1e-4)
    expect(largestDifference(logits.subarray(0, 6), output('logits'))).toBeGreaterThan(1e-2)
  })

  it('refuses what does not fit, when it is written and not when it runs', () => {
    const wide = { blocks: ['mixed8'], layers: head.layers }
    expect(() => onnxModel({ convolutions, outputs: { logits: logitsOf(wide) } })).toThrow('[3328, 6] meets [1280]')
    expect(() => onnxModel({ convolutions: new Map(), outputs: { x: pooled('mixed0') } })).toThrow(
      'weights of conv2d_1',
    )
    expect(() => onnxModel({ convolutions, outputs: { x: pooled('mixed7') }, from: 'mixed8' })).toThrow(
      'mixed7 cannot be computed from mixed8',
    )
  })

  it('measures what the main directions do not explain', async () => {
    // u = [2 (a - 1), b - 1, c]; the direction [0.6, 0.8, 0] explains what lies along it.
    const novelty = residual(given('x', 3), {
      mean: Float32Array.of(1, 1, 0),
      scale: Float32Array.of(2, 1, 1),
      directions: Float32Array.of(0.6, 0.8, 0),
    })
    const { d } = await runOnnx({ d: novelty }, Float32Array.of(1, 1, 0, 4, 9, 0, 1, 1, 3, 2, 1, 0), 4)
    // u: nothing; 10 times the direction; across it by 3; [2, 0, 0], of which 1.2 lies along it.
    expect(d).toHaveLength(4)
    expectClose(d ?? new Float32Array(), [0, 0, 9, 4 - 1.44])
  })
})

describe('the network in tfjs', () => {
  const whole = buildWhole(tf, { convolutions, head, dropout: 0.3, ...reference })
  const folders: string[] = []
  afterAll(async () => {
    whole.dispose()
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })

  it('has the logits of ONNX', () => {
    const logits = predict(whole, picture, [1, 299, 299, 3])
    expect(largestDifference(logits, output('logits'))).toBeLessThan(1e-4)
  })

  it('has the features of ONNX in the part that is trained', () => {
    const tail = buildTail(tf, { convolutions, blocks: ['mixed10'], ...reference })
    const features = predict(tail, output('map'), [1, 8, 8, 1280])
    tail.dispose()
    expect(largestDifference(features, output('mixed10'))).toBeLessThan(1e-4)
  })

  it('trains what lies behind the boundary, less what is frozen, and nothing else', () => {
    const trained = whole.layers
      .filter((layer) => layer.trainable && layer.getClassName() === 'Conv2D')
      .map((layer) => layer.name)
    const expected = Array.from({ length: 18 }, (_, i) => `conv2d_${77 + i}`).filter((name) => name !== 'conv2d_81')
    expect(trained.toSorted()).toEqual(expected)
  })

  it('is saved as stock tfjs loads it, with the same logits and names', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'wastex-layers-'))
    folders.push(folder)
    await saveLayersModel(tf, whole, folder)
    const loaded = await tf.loadLayersModel(`file://${path.join(folder, layersModelFile)}`)
    const before = predict(whole, picture, [1, 299, 299, 3])
    expect(predict(loaded, picture, [1, 299, 299, 3])).toEqual(before)
    expect(loaded.layers.map((layer) => layer.name)).toEqual(whole.layers.map((layer) => layer.name))
    loaded.dispose()
  })

  it('gives back the weights that it was given', () => {
    const read = readConvolutions(whole)
    expect([...read.keys()].toSorted()).toEqual([...convolutions.keys()].toSorted())
    expect(read.get('conv2d_94')).toEqual(convolutions.get('conv2d_94'))
  })

  it('leaves no tensor behind: built, asked, read, saved, disposed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'wastex-layers-'))
    folders.push(folder)
    const before = tf.memory().numTensors
    const tail = buildTail(tf, { convolutions, blocks: ['mixed9', 'mixed10'], ...reference })
    predict(tail, output('map'), [1, 8, 8, 1280])
    readConvolutions(tail)
    await saveLayersModel(tf, tail, folder)
    tail.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

function expectClose(found: Float32Array, expected: readonly number[]) {
  expect(found).toHaveLength(expected.length)
  expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 4))
}
