/**
 * The frozen part of the network on pixels: what the feature cache keeps. It computes in threads of its own, so that this one
 * reads and decodes the next photos, and writes down the last ones, meanwhile.
 */
import { concat, type Expression, half, mapOf, pooled } from '../../model/network/expression.js'
import { onnxModel } from '../../model/network/onnx.js'
import { inceptionV3 } from '../../model/network/inception-v3.js'
import { shapesOf } from '../../model/network/node.js'
import type { Convolutions } from '../../model/weights/backbone.js'
import { Streams } from '../../predictions/streams.js'
import type { Features, FeatureSizes } from './feature-cache.js'

export interface Wanted {
  /** Blocks whose averages are wanted, side by side. */
  blocks: readonly string[]
  /** The block whose map is wanted; null: none. */
  boundary: string | null
}

/** Values a view. */
export function featureSizes({ blocks, boundary }: Wanted): FeatureSizes {
  const shapes = shapesOf(inceptionV3)
  const shape = (block: string) => {
    const found = shapes.get(block)
    if (!found) throw new Error(`the network has no ${block}`)
    return found
  }
  const map = boundary === null ? undefined : shape(boundary)
  return {
    pooled: blocks.reduce((sum, block) => sum + shape(block).channels, 0),
    map: map ? map.height * map.width * map.channels : 0,
  }
}

export class Extractor {
  private constructor(
    private readonly streams: Streams,
    private readonly sizes: FeatureSizes,
  ) {}

  static async open(convolutions: Convolutions, wanted: Wanted): Promise<Extractor> {
    const outputs: Record<string, Expression> = { pooled: concat(...wanted.blocks.map((block) => pooled(block))) }
    if (wanted.boundary !== null) outputs['map'] = half(mapOf(wanted.boundary))
    return new Extractor(await Streams.open(onnxModel({ convolutions, outputs })), featureSizes(wanted))
  }

  /** @param photos uint8 [299, 299, 3] each @returns the features of each, in order */
  async extract(photos: readonly Uint8Array[]): Promise<Features[]> {
    const outputs = await this.streams.each<Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>(photos)
    const { sizes } = this
    return outputs.map(({ pooled: averages, map = new Uint16Array() }) => {
      if (!(averages instanceof Float32Array && averages.length === sizes.pooled))
        throw new Error('the frozen part gives no averages')
      if (!(map instanceof Uint16Array && map.length === sizes.map)) throw new Error('the frozen part gives no map')
      return { pooled: averages, map }
    })
  }

  close(): Promise<void> {
    return this.streams.close()
  }
}
