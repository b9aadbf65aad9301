import type { Db } from '../db.js'
import { classKey } from '../reviews/class-name.js'
import type { NewEntry } from './arrange-import.js'

const entriesAStatement = 50_000

/** @param spelling of each class key */
export async function insertEntries(
  tx: Db,
  versionId: number,
  entries: readonly NewEntry[],
  spelling: ReadonlyMap<string, string>,
): Promise<void> {
  for (let start = 0; start < entries.length; start += entriesAStatement) {
    const some = entries.slice(start, start + entriesAStatement)
    const photoIds = some.map((entry) => entry.photoId)
    const splits = some.map((entry) => entry.split)
    const labels = some.map((entry) => spelling.get(classKey(entry.classLabel)) ?? entry.classLabel)
    await tx.$executeRaw`
      INSERT INTO "VersionEntry" ("versionId", "photoId", split, "classLabel", "addedAt")
      SELECT ${versionId}, e."photoId", e.split::"Split", e.label, now()
      FROM unnest(${photoIds}::int[], ${splits}::text[], ${labels}::text[])
        WITH ORDINALITY AS e ("photoId", split, label, place) ORDER BY e.place`
  }
}
