/** The network behind the boundary: from the map that is kept to the averages of the blocks that training moves. */
import type * as tfjs from '@tensorflow/tfjs-node'
import { inceptionV3 } from '../model/network/inception-v3.js'
import { shapesOf } from '../model/network/node.js'
import type { LayersModel, TensorFlow } from '../model/network/tensorflow.js'
import { buildTail } from '../model/network/tfjs.js'
import type { Convolutions } from '../model/weights/backbone.js'
import { decodeMaps, type Features } from './features/feature-cache.js'
import type { FeatureSource, ViewOf } from './features/feature-source.js'
import { channelsOf, type HeadBlocks } from './head-blocks.js'

const atOnce = 32

export class Tail {
  readonly model: LayersModel
  /** Channels of the averages that it makes. */
  readonly width: number
  private readonly mapShape: readonly [number, number, number]

  constructor(
    private readonly tf: TensorFlow,
    private readonly source: FeatureSource,
    { boundary, frozenConvolutions: frozen, moved }: HeadBlocks,
    convolutions: Convolutions,
    private readonly checkStop: () => void,
  ) {
    this.model = buildTail(tf, { boundary, frozen, blocks: moved, convolutions })
    this.width = channelsOf(moved)
    const shape = shapesOf(inceptionV3).get(boundary)
    if (!shape) throw new Error(`the network has no ${boundary}`)
    this.mapShape = [shape.height, shape.width, shape.channels]
  }

  /** tfjs-layers keeps the variable behind a weight to itself, but `read` hands out that very variable. */
  get variables(): tfjs.Variable[] {
    return this.model.trainableWeights.map((weight) => weight.read() as tfjs.Variable)
  }

  /** float32 [views, height, width, channels] */
  maps(features: readonly Features[]): tfjs.Tensor4D {
    return this.tf.tensor4d(decodeMaps(features), [features.length, ...this.mapShape])
  }

  /** @param maps [views, height, width, channels] @returns [views, width], differentiable in the variables */
  apply(maps: tfjs.Tensor4D): tfjs.Tensor2D {
    return this.model.apply(maps) as tfjs.Tensor2D
  }

  /** float32 [views, width], a few at a time */
  async averages(views: readonly ViewOf[]): Promise<Float32Array> {
    const rows = new Float32Array(views.length * this.width)
    for (let start = 0; start < views.length; start += atOnce) {
      this.checkStop()
      const features = await this.source.read(views.slice(start, start + atOnce))
      rows.set(
        this.tf.tidy(() => this.apply(this.maps(features)).dataSync()),
        start * this.width,
      )
    }
    return rows
  }

  dispose(): void {
    this.model.dispose()
  }
}
