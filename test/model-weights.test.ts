import { createHash } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { File, ready } from 'h5wasm/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logitsOf, pooled } from '../src/model/network/expression.js'
import { inceptionV3 } from '../src/model/network/inception-v3.js'
import { kernelShapes } from '../src/model/network/node.js'
import { onnxModel } from '../src/model/network/onnx.js'
import { type Tensor, loadTensorFlow } from '../src/model/network/tensorflow.js'
import { buildWhole } from '../src/model/network/tfjs.js'
import { findBackbone, loadBackbone } from '../src/model/weights/find.js'
import { kerasFile } from '../src/model/weights/keras-download.js'
import { readKerasFile } from '../src/model/weights/keras-h5.js'
import { openSession } from '../src/predictions/session.js'
import { largestDifference, randomConvolutions, referencePicture, sum, uniform } from './support/network.js'
import { sharedWeights } from './support/shared.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wastex-weights-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.skipIf(!sharedWeights)("ImageNet's weights (needs them: ../shared/weights or WASTEX_WEIGHTS)", () => {
  /** Published with the weights: the reference picture's average over positions, its sum and first values. */
  const published = {
    mixed8: { sum: 149.598, first: [0.05434, 0.36503, 0.02138, 0, 0.01895] },
    mixed10: { sum: 395.028, first: [0.00209, 0.54277, 0.00402, 0.93274, 0.21025] },
  }
  const load = () => readKerasFile(sharedWeights ?? '')

  it('give the published features in ONNX', async () => {
    const outputs = { mixed8: pooled('mixed8'), mixed10: pooled('mixed10') }
    const session = await openSession(onnxModel({ convolutions: await load(), outputs }), { threads: 2 })
    const found = await session.run(referencePicture(), 1)
    await session.release()
    for (const [block, { sum: total, first }] of Object.entries(published)) {
      const features = found[block] ?? new Float32Array()
      expect(Math.abs(sum(features) / total - 1)).toBeLessThan(0.01)
      first.forEach((value, i) => expect(features[i]).toBeCloseTo(value, 3))
    }
  })

  it('give the published features in tfjs', async () => {
    // A head that adds up: one logit a block.
    const kernel = Float32Array.from({ length: 3328 * 2 }, (_, i) => (i % 2 === (i < 1280 * 2 ? 0 : 1) ? 1 : 0))
    const head = { blocks: ['mixed8', 'mixed10'], layers: [{ kernel, bias: new Float32Array(2) }] }
    const tf = loadTensorFlow()
    const model = buildWhole(tf, { convolutions: await load(), head, dropout: 0, boundary: 'mixed8', frozen: [] })
    const [mixed8 = 0, mixed10 = 0] = tf.tidy(() =>
      (model.predict(tf.tensor(referencePicture(), [1, 299, 299, 3])) as Tensor).dataSync<'float32'>(),
    )
    model.dispose()
    expect(Math.abs(mixed8 / published.mixed8.sum - 1)).toBeLessThan(0.01)
    expect(Math.abs(mixed10 / published.mixed10.sum - 1)).toBeLessThan(0.01)
  })
})

describe('a file of Keras', () => {
  it('with separate batch norm is the same function as with it folded in', async () => {
    const apart = path.join(folder, 'apart.h5')
    const folded = path.join(folder, 'folded.h5')
    await writeKerasFiles(apart, folded)
    const [a, b] = [await readKerasFile(apart), await readKerasFile(folded)]
    for (const [name, { kernel, bias }] of a) {
      expect(largestDifference(kernel, b.get(name)?.kernel ?? new Float32Array()), name).toBeLessThan(1e-5)
      expect(largestDifference(bias, b.get(name)?.bias ?? new Float32Array()), name).toBeLessThan(1e-4)
    }
  })

  it('is asked for pixels in [0, 1], where Keras wants [-1, 1]', async () => {
    const folded = path.join(folder, 'folded.h5')
    await writeKerasFiles(path.join(folder, 'apart.h5'), folded)
    const read = await readKerasFile(folded)
    const keras = randomConvolutions(7)
    const session = async (convolutions: typeof read, input: Float32Array) => {
      const outputs = { logits: logitsOf({ blocks: ['conv2d_1'], layers: [identity(32)] }) }
      const opened = await openSession(onnxModel({ convolutions, outputs }), { threads: 1 })
      const { logits = new Float32Array() } = await opened.run(input, 1)
      await opened.release()
      return logits
    }
    const picture = referencePicture()
    const ours = await session(read, picture)
    const theirs = await session(
      keras,
      picture.map((value) => 2 * value - 1),
    )
    expect(largestDifference(ours, theirs)).toBeLessThan(1e-4)
  })

  it('that is something else is refused with its name', async () => {
    const text = path.join(folder, 'text.h5')
    await writeFile(text, 'not weights')
    await expect(readKerasFile(text)).rejects.toThrow(`${text} is not an HDF5 file`)
    await ready
    const empty = new File(path.join(folder, 'empty.h5'), 'w')
    empty.create_group('dense_1')
    empty.close()
    await expect(readKerasFile(path.join(folder, 'empty.h5'))).rejects.toThrow('no layer conv2d_1')
  })
})

describe('looking for weights', () => {
  const say = (line: string) => expect(line).toBe('nothing to say')

  it('takes the file of the setting, and names the setting when there is none', async () => {
    const file = path.join(folder, 'mine.h5')
    await writeFile(file, 'weights')
    await expect(findBackbone({ weightsFile: file }, say, folder)).resolves.toEqual({ file, source: 'setting' })
    await expect(findBackbone({ weightsFile: `${file}.not` }, say, folder)).rejects.toThrow('WASTEX_WEIGHTS')
  })

  it('takes what was kept before it asks the network', async () => {
    const cache = path.join(folder, 'cache')
    const file = path.join(cache, kerasFile)
    await writeKerasFiles(path.join(folder, 'apart.h5'), path.join(folder, 'folded.h5'))
    await cp(path.join(folder, 'folded.h5'), file)
    const found = await findBackbone({ weightsFile: undefined }, say, cache)
    expect(found).toEqual({ file, source: 'kept' })
    const backbone = await loadBackbone(found)
    expect(backbone.hash).toBe(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    )
    expect(backbone.convolutions.size).toBe(94)
  })

  it('believes a package of nsfwjs by its hash alone', async () => {
    const file = path.join(folder, 'nsfwjs-4.4.0.tgz')
    await writeFile(file, 'something else')
    await expect(loadBackbone({ file, source: 'nsfwjs' })).rejects.toThrow('not nsfwjs@4.4.0 as published')
  })
})

const identity = (size: number) => ({
  kernel: Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
  bias: new Float32Array(size),
})

/**
 * Two files in Keras' layout that hold the same function, `randomConvolutions(7)`: one with statistics that batch norm must
 * undo, one as the shared file is, with mean 0 and variance 1 - epsilon.
 */
async function writeKerasFiles(apart: string, folded: string): Promise<void> {
  await ready
  const next = uniform(8)
  const files = { apart: new File(apart, 'w'), folded: new File(folded, 'w') }
  const target = randomConvolutions(7)
  for (const [name, shape] of kernelShapes(inceptionV3)) {
    const convolution = target.get(name)
    if (!convolution) throw new Error(name)
    const { kernel, bias } = convolution
    const filters = shape[3]
    const variance = new Float32Array(filters).map(() => 0.5 + next())
    const mean = new Float32Array(filters).map(() => next() - 0.5)
    const deviation = variance.map((value) => Math.sqrt(value + 1e-3))
    const norm = name.replace('conv2d', 'batch_normalization')
    const scaled = kernel.map((weight, i) => weight * (deviation[i % filters] ?? 1))
    const beta = bias.map((value, i) => value + (mean[i] ?? 0) / (deviation[i] ?? 1))
    writeLayer(files.apart, name, { kernel: [scaled, shape] })
    writeLayer(files.apart, norm, {
      beta: [beta, [filters]],
      moving_mean: [mean, [filters]],
      moving_variance: [variance, [filters]],
    })
    writeLayer(files.folded, name, { kernel: [kernel, shape] })
    writeLayer(files.folded, norm, {
      beta: [bias, [filters]],
      moving_mean: [new Float32Array(filters), [filters]],
      moving_variance: [new Float32Array(filters).fill(0.999), [filters]],
    })
  }
  files.apart.close()
  files.folded.close()
}

function writeLayer(file: File, layer: string, weights: Record<string, [Float32Array, readonly number[]]>): void {
  const group = file.create_group(layer)
  const inner = group.create_group(layer)
  for (const [name, [data, shape]] of Object.entries(weights)) {
    inner.create_dataset({ name: `${name}:0`, data, shape: [...shape] })
  }
  group.create_attribute(
    'weight_names',
    Object.keys(weights).map((name) => `${layer}/${name}:0`),
  )
}
