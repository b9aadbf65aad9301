/** Reads a dataset's files, each once ever: what is known of an unchanged file is not read again, after a crash as well. */
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { type Db, Prisma } from '../db.js'
import type { Hall } from '../hall.js'
import { movePhoto, savePhotos } from '../photos/save-photos.js'
import { liesAt, type PlaceOfPhoto } from '../photos/store.js'
import { type FileStamp, type ReadFile, readDatasetFile, stampOf } from './read-file.js'

export interface KnownFile {
  readonly path: string
  /** Null for a refused one. */
  readonly photoId: number | null
  readonly refused: string | null
}

/** A photo, and the file that stands for it. */
type Known = PlaceOfPhoto & { readonly contentHash: string; readonly storedHash: string }

interface RememberedFile extends KnownFile, FileStamp {
  /** Null for a refused one. */
  readonly photo: Known | null
}

/** Remembered together: what a kill costs at most. Large enough that the database does not slow the reading. */
const filesABatch = 128
/** One more than there are cores: while one waits for the disk, another decodes. */
const atOnce = availableParallelism() + 1

/** A file that is to be read. */
export interface ListedFile {
  /** Relative to the dataset. */
  readonly path: string
  /** Where it lies, if not there. */
  readonly place?: PlaceOfPhoto
}

/**
 * @param files in order: of several with the same bytes the first gives the photo its place
 * @param tell called after each file
 * @returns what each file is, in the order given
 */
export async function readDataset(
  hall: Pick<Hall, 'config' | 'db'>,
  root: string,
  files: readonly ListedFile[],
  tell: (file: { refused: boolean }) => void,
): Promise<KnownFile[]> {
  const known = await knownFiles(hall.db, root)
  const results: KnownFile[] = []
  let remembering: Promise<void> = Promise.resolve()
  for (let start = 0; start < files.length; start += filesABatch) {
    const batch = files.slice(start, start + filesABatch)
    const read = new Map<string, ReadFile>()
    await inParallel(batch, async ({ path: file, place = { root, path: file } }) => {
      const before = known.get(file)
      if (before && (await isUnchanged(path.join(place.root, place.path), before))) {
        if (before.photo) await follow(hall, hall.db, before.photo, { ...place, bytes: before.bytes })
        tell({ refused: before.refused !== null })
        return
      }
      const fresh = await readDatasetFile(place, file)
      read.set(file, fresh)
      tell({ refused: fresh.refused !== undefined })
    })
    await remembering
    // While these are written down, the next ones are read.
    remembering = note(batch, read)
    remembering.catch(() => undefined) // awaited above and below
  }
  await remembering
  return results

  async function note(batch: readonly ListedFile[], read: ReadonlyMap<string, ReadFile>): Promise<void> {
    const inOrder = batch.flatMap((file) => read.get(file.path) ?? [])
    const photoIds = await remember(hall, root, inOrder)
    for (const { path: file } of batch) {
      const fresh = read.get(file)
      const before = known.get(file)
      if (fresh) {
        const photoId = fresh.photo ? (photoIds.get(fresh.photo.contentHash) ?? null) : null
        results.push({ path: file, photoId, refused: fresh.refused ?? null })
      } else if (before) results.push({ path: file, photoId: before.photoId, refused: before.refused })
    }
  }
}

async function knownFiles(db: Db, root: string): Promise<Map<string, RememberedFile>> {
  const rows = await db.$queryRaw<RememberedFile[]>`
    SELECT file.path, file.bytes::float8 AS bytes, file."modifiedMs", file."changedMs", file.inode, file."photoId", file.refused,
      CASE WHEN photo.id IS NOT NULL THEN
        json_build_object('contentHash', photo."contentHash", 'storedHash', photo."storedHash",
          'root', photo.root, 'path', photo.path) END AS photo
    FROM "ImportedFile" file LEFT JOIN "Photo" photo ON photo.id = file."photoId" WHERE file.root = ${root}`
  return new Map(rows.map((row) => [row.path, row]))
}

async function isUnchanged(file: string, before: FileStamp): Promise<boolean> {
  // A file that is gone by now is "read" again, and refused for that.
  const now = await stampOf(file).catch(() => undefined)
  return (
    now?.bytes === before.bytes &&
    now.modifiedMs === before.modifiedMs &&
    now.changedMs === before.changedMs &&
    now.inode === before.inode
  )
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** @returns the photo of each content hash */
async function remember(hall: Pick<Hall, 'config' | 'db'>, root: string, files: readonly ReadFile[]) {
  const byHash = new Map(files.toReversed().flatMap(({ photo }) => (photo ? [[photo.contentHash, photo]] : [])))
  // In the order of hashes: of two imports that meet the same photos, none waits for the other in a circle.
  const photos = [...byHash.values()].sort((a, b) => (a.contentHash < b.contentHash ? -1 : 1))
  return hall.db.$transaction(async (tx) => {
    await savePhotos(tx, photos)
    const rows = await tx.photo.findMany({
      where: { contentHash: { in: photos.map((photo) => photo.contentHash) } },
      select: { id: true, contentHash: true, storedHash: true, root: true, path: true },
    })
    for (const row of rows) {
      const here = byHash.get(row.contentHash)
      if (here) await follow(hall, tx, row, here)
    }
    const ids = new Map(rows.map(({ contentHash, id }) => [contentHash, id]))
    await rememberFiles(tx, root, files, ids)
    return ids
  })
}

/** A photo that was moved, within its dataset or with it, is found where it is now. */
async function follow(
  { config }: Pick<Hall, 'config'>,
  db: Db,
  photo: Known,
  here: PlaceOfPhoto & { readonly bytes: number },
): Promise<void> {
  if (photo.root === here.root && photo.path === here.path) return
  if (await liesAt(config, photo, photo.storedHash)) return
  // An imported file is the photo itself.
  const { root, path, bytes } = here
  await movePhoto(db, photo.contentHash, { root, path, bytes, storedHash: photo.contentHash })
}

async function rememberFiles(tx: Db, root: string, files: readonly ReadFile[], ids: ReadonlyMap<string, number>) {
  if (files.length === 0) return
  const rows = files.map(
    ({ path: file, bytes, modifiedMs, changedMs, inode, photo, refused }) =>
      Prisma.sql`(${root}, ${file}, ${bytes}::bigint, ${modifiedMs}::float8, ${changedMs}::float8, ${inode}::float8,
        ${photo ? (ids.get(photo.contentHash) ?? null) : null}::int, ${refused ?? null})`,
  )
  await tx.$executeRaw`
    INSERT INTO "ImportedFile" (root, path, bytes, "modifiedMs", "changedMs", inode, "photoId", refused)
    VALUES ${Prisma.join(rows)}
    ON CONFLICT (root, path) DO UPDATE SET bytes = EXCLUDED.bytes, "modifiedMs" = EXCLUDED."modifiedMs",
      "changedMs" = EXCLUDED."changedMs", inode = EXCLUDED.inode, "photoId" = EXCLUDED."photoId", refused = EXCLUDED.refused`
}
