/** From files that were read to entries of a version: duplicates become one, each photo gets its split. */
import type { Db, Split } from '../db.js'
import { badInput } from '../errors.js'
import { readableName } from '../photos/path-text.js'
import { nearCopyGroups } from '../photos/near-copies.js'
import type { DatasetFolder, FoundFile } from './dataset-folder.js'
import { findings, type ImportFindings, tallied, withMore } from './import-report.js'
import type { KnownFile } from './read-dataset.js'
import { assignSplits, splits } from './splits.js'

export interface NewEntry {
  readonly photoId: number
  readonly classLabel: string
  readonly split: Split
}

interface Kept extends FoundFile {
  readonly photoId: number
}

const wasErased = 'It was erased from WasteX, and is not learned from again.'

/** @throws WasteXError BAD_USER_INPUT when the usable photos are of fewer than two classes */
export async function arrange(db: Db, root: string, folder: DatasetFolder, found: readonly KnownFile[]) {
  const hashes = await hashesOf(db, root)
  const read = found.map((file): KnownFile =>
    file.photoId !== null && hashes.get(file.photoId)?.isErased ? { ...file, photoId: null, refused: wasErased } : file,
  )
  const refused = read.flatMap((file) => (file.refused === null ? [] : [{ path: file.path, reason: file.refused }]))
  const { kept, duplicates } = collapse(folder.files, read)
  const { leftOut } = folder
  const classCount = new Set(kept.map((file) => file.classLabel)).size
  if (classCount < 2) {
    const [first] = refused
    const why = first
      ? ` ${refused.length} of ${read.length} files were refused, as ${readableName(first.path)}: ${first.reason}`
      : ''
    const usable = `A dataset needs usable photos of two classes; there are ${classCount}.`
    throw badInput('input.path', usable + why + leftOut.inWords)
  }
  const photos = kept.map((file) => ({ ...file, ...hashesFor(hashes, file) }))
  const groups = await nearCopyGroups(photos.map((photo) => photo.perceptualHash))
  const splitOf = splitsFor(
    photos.map((photo, i) => ({ ...photo, group: groups[i] ?? i })),
    folder.splits,
  )
  const entries = kept.map(({ photoId, classLabel }, i): NewEntry => ({
    photoId,
    classLabel,
    split: splitOf[i] ?? 'TRAIN',
  }))
  const refusals = withMore(tallied(leftOut.refused), refused)
  const whatBecame: ImportFindings = {
    read: kept.length,
    refused: refusals,
    unlabelled: tallied(leftOut.unlabelled),
    duplicates: findings(duplicates.map(({ path, first }) => ({ path, sameAs: first.path }))),
    twoLabels: findings(
      duplicates
        .filter(({ classLabel, first }) => classLabel !== first.classLabel)
        .map(({ path, classLabel, first }) => ({ path, classLabel, sameAs: first.path, keptLabel: first.classLabel })),
    ),
    twoSplits: findings(
      duplicates
        .filter(({ split, first }) => split !== first.split)
        .map(({ path, first }) => ({ path, sameAs: first.path })),
    ),
    nearCopies: describeGroups(groups, splitOf),
    ignored: { count: leftOut.ignored.count, examples: leftOut.ignored.examples.map(({ path }) => path) },
    ignoredBecause: { examples: leftOut.ignored.examples, reasons: leftOut.ignored.reasons },
  }
  return { entries, report: { files: read.length, refused: refusals.count, whatBecame } }
}

/**
 * The first file of each photo, and the others with the first they repeat. A class that would have no training photo that way is
 * trained on its photos that lie in `train` as well as elsewhere: there, that file stands for the photo.
 */
function collapse(files: readonly FoundFile[], read: readonly KnownFile[]) {
  const firsts = new Map<number, Kept>()
  const photos = files.flatMap((file, i): Kept[] => {
    const photoId = read[i]?.photoId ?? null
    return photoId === null ? [] : [{ ...file, photoId }]
  })
  for (const photo of photos) if (!firsts.has(photo.photoId)) firsts.set(photo.photoId, photo)
  const trained = new Set([...firsts.values()].filter(isTrain).map(({ classLabel }) => classLabel))
  for (const photo of photos.filter(isTrain)) {
    const first = firsts.get(photo.photoId)
    if (first && !isTrain(first) && first.classLabel === photo.classLabel && !trained.has(photo.classLabel))
      firsts.set(photo.photoId, photo)
  }
  const duplicates = photos.flatMap((photo) => {
    const first = firsts.get(photo.photoId)
    return first && first !== photo ? [{ ...photo, first }] : []
  })
  return { kept: [...firsts.values()], duplicates }
}

const isTrain = ({ split }: FoundFile) => split === 'TRAIN'

interface Hashes {
  readonly contentHash: string
  readonly perceptualHash: string
  readonly isErased: boolean
}

async function hashesOf(db: Db, root: string): Promise<Map<number, Hashes>> {
  const rows = await db.$queryRaw<(Hashes & { id: number })[]>`
    SELECT id, "contentHash", "perceptualHash", "erasedAt" IS NOT NULL AS "isErased" FROM "Photo"
    WHERE id IN (SELECT "photoId" FROM "ImportedFile" WHERE root = ${root})`
  return new Map(rows.map(({ id, ...hashes }) => [id, hashes]))
}

function hashesFor(hashes: ReadonlyMap<number, Hashes>, { photoId, path }: Kept): Hashes {
  const found = hashes.get(photoId)
  if (!found) throw new Error(`the photo ${path} was read, but is not there`)
  return found
}

/**
 * The dataset's own folders are respected. A split that has no folder at all gets its share of the training folder: without
 * validation photos there is no early stopping, without test photos no comparison.
 */
function splitsFor(photos: readonly (Kept & Hashes & { group: number })[], own: ReadonlySet<Split>): Split[] {
  if (own.size === 0) return assignSplits(photos)
  if (splits.every((split) => own.has(split))) return photos.map((photo) => photo.split ?? 'TRAIN')
  const shared = photos.filter((photo) => photo.split === 'TRAIN')
  const assigned = new Map(assignSplits(shared).map((split, i) => [shared[i], split]))
  return photos.map((photo) => {
    const split = assigned.get(photo)
    return split === undefined || own.has(split) ? (photo.split ?? 'TRAIN') : split
  })
}

function describeGroups(groups: Uint32Array, splitOf: readonly Split[]): ImportFindings['nearCopies'] {
  const members = new Map<number, Split[]>()
  groups.forEach((group, i) => {
    const own = members.get(group) ?? []
    own.push(splitOf[i] ?? 'TRAIN')
    members.set(group, own)
  })
  const several = [...members.values()].filter((group) => group.length > 1)
  return {
    groups: several.length,
    photos: several.reduce((sum, group) => sum + group.length, 0),
    acrossSplits: several.filter((group) => new Set(group).size > 1).length,
  }
}
