/** Features by photo and view: from the cache, or computed where the cache has none. */
import type { Backbone } from '../../model/weights/backbone.js'
import { mirrored, preprocessing } from '../../photos/pixels.js'
import type { View } from '../../photos/views.js'
import type { TrainingPhoto } from '../job.js'
import { readPixels } from '../read-pixels.js'
import { Extractor, featureSizes, type Wanted } from './extractor.js'
import { FeatureCache, type FeatureIdentity, type Features } from './feature-cache.js'
import { featuresKey } from './place.js'

export interface ViewOf {
  photo: TrainingPhoto
  view: View
}

export interface FeaturePlan {
  views: number
  cached: number
  /** Computed once, and kept. */
  toCompute: number
  /** Beyond the cache's limit: computed whenever they are read. */
  beyondLimit: number
}

/** Larger ones are no faster (22.5 ms a view where 4 take 22.9), and take more memory. */
const batchSize = 8
const identityOf = (backbone: string, { blocks, boundary }: Wanted): FeatureIdentity => ({
  backbone,
  preprocessing,
  boundary: boundary ?? '',
  blocks,
})
const keyOf = ({ photo, view }: ViewOf) => `${featuresKey(photo)}.${view}`

export class FeatureSource {
  private extractor: Promise<Extractor> | undefined
  /** Runs of the frozen part so far, in views. */
  computed = 0

  private constructor(
    private readonly cache: FeatureCache,
    private readonly backbone: Backbone,
    private readonly wanted: Wanted,
    private readonly missing: readonly ViewOf[],
    readonly plan: FeaturePlan,
  ) {}

  static async open(
    folder: string,
    budget: number,
    backbone: Backbone,
    wanted: Wanted,
    views: readonly ViewOf[],
  ): Promise<FeatureSource> {
    const identity = identityOf(backbone.hash, wanted)
    const cache = await FeatureCache.open(folder, identity, featureSizes(wanted), budget, views.map(keyOf))
    const present = await Promise.all(views.map((view) => cache.has(keyOf(view))))
    const missing = views.filter((_, i) => !present[i])
    const toCompute = Math.min(missing.length, cache.room)
    const plan: FeaturePlan = {
      views: views.length,
      cached: views.length - missing.length,
      toCompute,
      beyondLimit: missing.length - toCompute,
    }
    return new FeatureSource(cache, backbone, wanted, missing.slice(0, toCompute), plan)
  }

  /** Runs the frozen part over what the cache lacks and has room for. @param progress called after every batch */
  async prepare(progress: (done: number, total: number) => void): Promise<void> {
    const { missing } = this
    let before: Promise<void> = Promise.resolve()
    try {
      for (let start = 0; start < missing.length; start += batchSize) {
        const views = missing.slice(start, start + batchSize)
        const pixels = await pixelsOfViews(views)
        // While this batch waits for the network or is in it, the next one is decoded; one more would only take memory.
        const earlier = before
        before = this.compute(pixels).then(async (features) => {
          await this.keep(views, features)
          await earlier
          progress(start + views.length, missing.length)
        })
        before.catch(() => undefined) // awaited one batch later
        await earlier
      }
    } finally {
      await before
    }
  }

  /** Averages and maps. */
  read(views: readonly ViewOf[]): Promise<Features[]> {
    return this.readOrCompute(
      views,
      (key) => this.cache.read(key),
      (features) => features,
    )
  }

  /** The averages alone: a fifteenth of what there is of a view. */
  readPooled(views: readonly ViewOf[]): Promise<Float32Array[]> {
    return this.readOrCompute(
      views,
      (key) => this.cache.readPooled(key),
      ({ pooled }) => pooled,
    )
  }

  /** Frees the frozen part; what is read later and not cached opens it again. */
  async rest(): Promise<void> {
    const extractor = await this.extractor
    this.extractor = undefined
    await extractor?.close()
  }

  private async readOrCompute<T>(
    views: readonly ViewOf[],
    read: (key: string) => Promise<T | undefined>,
    part: (features: Features) => T,
  ): Promise<T[]> {
    const found = await Promise.all(views.map((view) => read(keyOf(view))))
    const lost = views.filter((_, i) => found[i] === undefined)
    const again: T[] = []
    for (let start = 0; start < lost.length; start += batchSize) {
      const some = lost.slice(start, start + batchSize)
      const features = await this.compute(await pixelsOfViews(some))
      await this.keep(some, features)
      again.push(...features.map(part))
    }
    return found.map((own) => own ?? (again.shift() as T))
  }

  private keep(views: readonly ViewOf[], features: readonly Features[]): Promise<unknown> {
    return Promise.all(views.map((view, i) => this.cache.write(keyOf(view), features[i] as Features)))
  }

  private async compute(pixels: readonly Uint8Array[]): Promise<Features[]> {
    this.extractor ??= Extractor.open(this.backbone.convolutions, this.wanted)
    this.computed += pixels.length
    return (await this.extractor).extract(pixels)
  }
}

/** Keys of the views that are kept. */
export const keptViews = (folder: string, backbone: string, wanted: Wanted): Promise<Set<string>> =>
  FeatureCache.keys(folder, identityOf(backbone, wanted), featureSizes(wanted))

/** Those that the cache lacks. @param backbone SHA-256 of its weights */
export async function viewsToCompute(
  folder: string,
  backbone: string,
  wanted: Wanted,
  views: readonly ViewOf[],
): Promise<number> {
  const kept = await keptViews(folder, backbone, wanted)
  return views.filter((view) => !kept.has(keyOf(view))).length
}

/** A photo is decoded once for all of its views that stand side by side. */
function pixelsOfViews(views: readonly ViewOf[]): Promise<Uint8Array[]> {
  const decoded = new Map<TrainingPhoto, Promise<Uint8Array>>()
  return Promise.all(
    views.map(async ({ photo, view }) => {
      const reading = decoded.get(photo) ?? readPixels(photo)
      decoded.set(photo, reading)
      const pixels = await reading
      return view === 'flip' ? mirrored(pixels) : pixels
    }),
  )
}
