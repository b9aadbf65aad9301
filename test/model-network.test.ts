import { File, ready } from 'h5wasm/node'
import { describe, expect, it } from 'vitest'
import { boundaryOf, validDepths } from '../src/model/network/depth.js'
import { blocks, inceptionV3 } from '../src/model/network/inception-v3.js'
import { PIXELS, kernelShapes, nodesBetween, shapesOf } from '../src/model/network/node.js'
import { sharedWeights } from './support/shared.js'

describe('InceptionV3', () => {
  it('has the 94 convolutions of Keras, and as many parameters', () => {
    const kernels = [...kernelShapes(inceptionV3).values()]
    expect(kernels).toHaveLength(94)
    // Keras counts beta, moving mean and moving variance of each filter beside the kernels.
    const parameters = kernels.reduce(
      (total, [h, w, channels, filters]) => total + h * w * channels * filters + 3 * filters,
      0,
    )
    expect(parameters).toBe(21_802_784)
  })

  it('has blocks of the published sizes', () => {
    const shapes = shapesOf(inceptionV3)
    const sizes = blocks.map((block) => Object.values(shapes.get(block) ?? {}).join('x'))
    expect(sizes.join(' ')).toBe(
      '35x35x256 35x35x288 35x35x288 17x17x768 17x17x768 17x17x768 17x17x768 17x17x768 8x8x1280 8x8x2048 8x8x2048',
    )
  })

  it('says which nodes lie between a map at hand and what is wanted', () => {
    const tail = nodesBetween(inceptionV3, ['mixed8'], ['mixed10'])
    expect(tail.filter((node) => node.op === 'conv').map((node) => node.name)).toEqual(
      Array.from({ length: 18 }, (_, i) => `conv2d_${77 + i}`),
    )
    expect(() => nodesBetween(inceptionV3, ['mixed10'], ['mixed8'])).toThrow('cannot be computed')
  })
})

describe('fine-tune depth', () => {
  it('counts in layers of Keras', () => {
    expect(boundaryOf(60, 'layers')).toEqual({ boundary: 'mixed8', frozen: ['conv2d_81'] })
    expect(boundaryOf(62, 'layers')).toEqual({ boundary: 'mixed8', frozen: [] })
    expect(boundaryOf(31, 'layers')).toEqual({ boundary: 'mixed9', frozen: [] })
    expect(boundaryOf(0, 'layers')).toEqual({ boundary: 'mixed10', frozen: [] })
  })

  it('answers a depth between blocks with those that are none', () => {
    expect(validDepths).toEqual([0, 31, 60, 62, 82, 114, 146, 178, 210, 224, 247, 270])
    expect(() => boundaryOf(61, 'input.stage2.layers')).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        message: expect.stringContaining('0, 31, 60, 62, 82') as string,
        details: { field: 'input.stage2.layers' },
      }),
    )
  })

  it.skipIf(!sharedWeights)(
    'agrees with the order of layers in a file of Keras (needs ../shared/weights or WASTEX_WEIGHTS)',
    async () => {
      await ready
      const file = new File(sharedWeights ?? '', 'r')
      const layers = (file.attrs['layer_names']?.value ?? []) as string[]
      file.close()
      expect(layers).toHaveLength(311)
      const all = new Set(inceptionV3.filter((node) => node.op === 'conv').map((node) => node.name))
      for (const depth of validDepths) {
        const { boundary, frozen } = boundaryOf(depth, 'layers')
        const still = new Set([...nodesBetween(inceptionV3, [PIXELS], [boundary]).map(({ name }) => name), ...frozen])
        const trained = [...all].filter((name) => !still.has(name))
        const last = layers.slice(layers.length - depth).filter((name) => all.has(name))
        expect(trained.toSorted(), `depth ${depth}`).toEqual(last.toSorted())
      }
    },
  )
})
