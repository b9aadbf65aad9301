/** How many views of a version's photos the frozen part is wanted of, and how many of them nobody has computed yet. */
import type { DatasetVersion } from '../db.js'
import type { Hall } from '../hall.js'
import { splitOf, viewsWanted } from './examples.js'
import type { Wanted } from './features/extractor.js'
import { keptViews, viewsToCompute } from './features/feature-source.js'
import { featuresFolder } from './features/place.js'
import { photosOf, trainingPhotos } from './prepare-job.js'
import type { Recipe } from './recipes.js'

export interface VersionViews {
  readonly train: number
  readonly test: number
  readonly views: number
  readonly newViews: number
}

/** Of more photos the views are counted by the database, and those that are kept are all taken to be of this version: rows of so many hold up everything else. */
const mostLookedAt = 50_000
/** While somebody fills in a form, the same is asked at every change. */
const rememberedMs = 30_000
const mostRemembered = 8
const remembered = new Map<string, { at: number; views: Promise<VersionViews> }>()

/**
 * @param classLabels photos of other classes are not looked at
 * @param backbone SHA-256 of its weights; undefined: not known yet, so everything is to be computed
 */
export function versionViews(
  hall: Hall,
  version: DatasetVersion,
  classLabels: readonly string[],
  recipe: Recipe,
  wanted: Wanted,
  backbone: string | undefined,
): Promise<VersionViews> {
  const key = JSON.stringify([hall.databaseUrl, version.id, classLabels, recipe.mirrored, wanted, backbone])
  const known = remembered.get(key)
  if (known && performance.now() - known.at < rememberedMs) return known.views
  const look = version.totalImages > mostLookedAt ? countViews : lookAtViews
  const views = look(hall, version.id, classLabels, recipe, wanted, backbone)
  remembered.set(key, { at: performance.now(), views })
  const [oldest] = remembered.keys()
  if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
  views.catch(() => remembered.delete(key))
  return views
}

type Look = (
  hall: Hall,
  versionId: number,
  classLabels: readonly string[],
  recipe: Recipe,
  wanted: Wanted,
  backbone: string | undefined,
) => Promise<VersionViews>

const lookAtViews: Look = async (hall, versionId, classLabels, recipe, wanted, backbone) => {
  const photos = await trainingPhotos(hall, versionId)
  const split = splitOf({ photos: photosOf(photos, classLabels), classLabels: [] })
  const views = viewsWanted(split, recipe)
  const newViews = backbone ? await viewsToCompute(featuresFolder(hall.config), backbone, wanted, views) : views.length
  return { train: split.train.photos.length, test: split.test.photos.length, views: views.length, newViews }
}

const countViews: Look = async (hall, versionId, classLabels, recipe, wanted, backbone) => {
  // As `isMirrored` has it: an odd last digit.
  const [row] = await hall.db.$queryRaw<{ train: number; mirrored: number; test: number; all: number }[]>`
    SELECT count(*) FILTER (WHERE e.split = 'TRAIN')::int AS train, count(*) FILTER (WHERE e.split = 'TEST')::int AS test,
      count(*) FILTER (WHERE e.split = 'TRAIN' AND right(p."contentHash", 1) ~ '[13579bdf]')::int AS mirrored,
      count(*)::int AS all
    FROM "VersionEntry" e JOIN "Photo" p ON p.id = e."photoId" WHERE e."versionId" = ${versionId} AND p."erasedAt" IS NULL
      AND e."classLabel" = ANY(${classLabels}::text[])`
  const { train = 0, test = 0, mirrored = 0, all = 0 } = row ?? {}
  const views = all + (recipe.mirrored === 'half' ? mirrored : 0)
  const kept = backbone ? (await keptViews(featuresFolder(hall.config), backbone, wanted)).size : 0
  return { train, test, views, newViews: Math.max(0, views - kept) }
}
