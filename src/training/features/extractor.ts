/** The frozen part of the network on pixels: what the feature cache keeps. */
import { type Expression, concat, mapOf, pooled } from '../../model/network/expression.js'
import { onnxModel } from '../../model/network/onnx.js'
import { inceptionV3 } from '../../model/network/inception-v3.js'
import { shapesOf } from '../../model/network/node.js'
import type { Convolutions } from '../../model/weights/backbone.js'
import { pixelsPerPhoto, unitPixels } from '../../photos/pixels.js'
import { openSession, type Session } from '../../predictions/session.js'
import type { Features, FeatureSizes } from './feature-cache.js'
import { encodeFloat16 } from './float16.js'

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
    private readonly session: Session,
    private readonly sizes: FeatureSizes,
  ) {}

  static async open(convolutions: Convolutions, wanted: Wanted, threads: number): Promise<Extractor> {
    const outputs: Record<string, Expression> = { pooled: concat(...wanted.blocks.map((block) => pooled(block))) }
    if (wanted.boundary !== null) outputs['map'] = mapOf(wanted.boundary)
    const session = await openSession(onnxModel({ convolutions, outputs }), { threads })
    return new Extractor(session, featureSizes(wanted))
  }

  /** @param photos uint8 [299, 299, 3] each @returns the features of each, in order */
  async extract(photos: readonly Uint8Array[]): Promise<Features[]> {
    const pixels = new Float32Array(photos.length * pixelsPerPhoto)
    photos.forEach((photo, i) => pixels.set(unitPixels(photo), i * pixelsPerPhoto))
    const { pooled: averages, map } = await this.session.run(pixels, photos.length)
    const { sizes } = this
    return photos.map((_, i) => ({
      pooled: averages?.slice(i * sizes.pooled, (i + 1) * sizes.pooled) ?? new Float32Array(),
      map: map ? encodeFloat16(map.subarray(i * sizes.map, (i + 1) * sizes.map)) : new Uint16Array(),
    }))
  }

  close(): Promise<void> {
    return this.session.release()
  }
}
