/** A version is its parent and every photo that is staged at that moment. No file is read or copied. */
import type { Doer } from '../access/doer.js'
import { type Db, isUniqueViolation, type Split } from '../db.js'
import { conflict } from '../errors.js'
import type { Hall } from '../hall.js'
import { nearCopyGroups } from '../photos/near-copies.js'
import { splitsLeft } from './class-splits.js'
import { completeVersion } from './complete-version.js'
import { checkedNotes } from './notes.js'
import { changingVersions } from './one-at-a-time.js'
import { assignSplits, type ClassCounts } from './splits.js'
import { type StagedPhoto, takeStaged } from './staged-photos.js'
import { countErased } from './training-rows.js'
import { freeName, nameTaken, versionIdOf } from './version-name.js'

export interface CreateVersionInput {
  readonly name: string
  /** Name of the version to start from. Left out: the active one. */
  readonly parent?: string | null | undefined
  readonly notes?: string | null | undefined
  /** Left out: yes, so that the next version goes on from here. */
  readonly activate?: boolean | null | undefined
}

/**
 * The number of statements does not depend on the number of photos. A staged photo that the parent has already replaces
 * that entry and keeps its split. With nothing staged there is nothing to make: the parent is that version already.
 * @throws WasteXError BAD_USER_INPUT, NOT_FOUND (parent), CONFLICT: name taken, nothing staged, none active
 */
export async function createVersion(
  { db }: Pick<Hall, 'db'>,
  by: Doer,
  input: CreateVersionInput,
): Promise<{ id: number }> {
  const notes = checkedNotes(input.notes)
  const name = await freeName(db, input.name)
  return changingVersions(db, async (tx) => {
    const parentId = await parentOf(tx, input.parent)
    const staged = await takeStaged(tx, parentId)
    // Without what was erased since, it is another version, too.
    if (staged.length === 0 && (parentId === null || (await countErased(tx, parentId)) === 0))
      throw conflict('No photo is staged: label some first. A version adds photos to its parent.')
    const groups = await nearCopyGroups(staged.map((photo) => photo.perceptualHash))
    const newOnes = staged.flatMap((photo, i) =>
      photo.parentSplit ? [] : [{ ...photo, group: groups[i] ?? i, given: photo.nearSplit ?? undefined }],
    )
    const splitsOfNew = assignSplits(newOnes, await countsBeforeNew(tx, parentId, staged))
    const splitOf = new Map(newOnes.map(({ photoId }, i) => [photoId, splitsOfNew[i]]))
    const { id } = await tx.datasetVersion.create({
      data: { name, parentId, notes, totalImages: 0, classCounts: [], splits: [] },
      select: { id: true },
    })
    const photoIds = staged.map((photo) => photo.photoId)
    if (parentId !== null) {
      const replaced = staged.filter((photo) => photo.parentSplit).map((photo) => photo.photoId)
      await tx.$executeRaw`
        INSERT INTO "VersionEntry" ("versionId", "photoId", split, "classLabel", "sourceImageId", "addedAt")
        SELECT ${id}, "photoId", split, "classLabel", "sourceImageId", "addedAt" FROM "VersionEntry" e
        WHERE "versionId" = ${parentId} AND "photoId" <> ALL(${replaced}::int[])
          AND NOT EXISTS (SELECT FROM "Photo" p WHERE p.id = e."photoId" AND p."erasedAt" IS NOT NULL) ORDER BY id`
    }
    // The entry that a staged photo replaces came into this line of versions when it did: the label is new, not the photo.
    await tx.$executeRaw`
      INSERT INTO "VersionEntry" ("versionId", "photoId", split, "classLabel", "sourceImageId", "addedAt")
      SELECT ${id}, i."photoId", s.split::"Split", i."assignedLabel", i.id, coalesce(
        (SELECT e."addedAt" FROM "VersionEntry" e WHERE e."versionId" = ${parentId} AND e."photoId" = i."photoId"), now())
      FROM unnest(${photoIds}::int[], ${staged.map((photo) => photo.parentSplit ?? splitOf.get(photo.photoId))}::text[])
        WITH ORDINALITY AS s ("photoId", split, place)
      JOIN "Image" i ON i."photoId" = s."photoId" ORDER BY s.place`
    await tx.image.updateMany({
      where: { id: { in: staged.map((photo) => photo.imageId) } },
      data: { staged: false, addedToDataset: true, versionId: id },
    })
    await completeVersion(tx, by, 'CREATE_VERSION', id, input.activate ?? true)
    return { id }
  }).catch((error: unknown) => {
    throw isUniqueViolation(error) ? nameTaken(name) : error
  })
}

/** @returns null for the very first version, which then consists of staged photos alone */
async function parentOf(tx: Db, given: string | null | undefined): Promise<number | null> {
  if (given != null) return versionIdOf(tx, given)
  const active = await tx.datasetVersion.findFirst({ where: { isActive: true }, select: { id: true } })
  if (active) return active.id
  if ((await tx.datasetVersion.count()) > 0) throw conflict('No version is active: name the parent, or activate one.')
  return null
}

/**
 * What the version has of each class before new photos come: the parent's entries, relabelled ones under their new label. An erased
 * photo does not count, because the version does not take it over.
 */
async function countsBeforeNew(tx: Db, parentId: number | null, staged: readonly StagedPhoto[]): Promise<ClassCounts> {
  const counts: ClassCounts = new Map()
  const add = (label: string, split: Split, count: number) => {
    const bySplit = counts.get(label) ?? new Map<Split, number>()
    counts.set(label, bySplit.set(split, (bySplit.get(split) ?? 0) + count))
  }
  if (parentId === null) return counts
  for (const { classLabel, split, count } of await splitsLeft(tx, parentId)) add(classLabel, split, count)
  for (const { classLabel, parentLabel, parentSplit } of staged) {
    if (parentSplit === null || parentLabel === null) continue
    add(parentLabel, parentSplit, -1)
    add(classLabel, parentSplit, 1)
  }
  return counts
}
