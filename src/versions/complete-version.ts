import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { type AuditAction, leaveTrail } from '../access/trail.js'
import type { Db } from '../db.js'
import { publish } from '../events.js'
import { activate } from './set-active-version.js'

/**
 * The last step of making a version: counts are cached, classes that are in it for the first time are introduced by it.
 * @param makeActive undefined: if none is active yet
 */
export async function completeVersion(
  tx: Db,
  by: Doer,
  action: AuditAction,
  id: number,
  makeActive: boolean | undefined,
): Promise<void> {
  // One pass over the entries for all counts. "C": alphabetical as JavaScript sorts, whatever the server's language.
  await tx.$executeRaw`
    WITH counted AS (
      SELECT "classLabel" AS label, split, count(*)::int AS n FROM "VersionEntry" WHERE "versionId" = ${id} GROUP BY 1, 2
    ),
    labels AS (SELECT label, sum(n)::int AS n FROM counted GROUP BY 1),
    splits AS (
      SELECT s.split, coalesce(sum(c.n), 0)::int AS n
      FROM unnest(enum_range(NULL::"Split")) AS s (split) LEFT JOIN counted c USING (split) GROUP BY 1
    )
    UPDATE "DatasetVersion" SET
      "totalImages" = (SELECT coalesce(sum(n), 0) FROM labels),
      "classCounts" = (SELECT coalesce(jsonb_agg(jsonb_build_object('classLabel', label, 'count', n)
        ORDER BY label COLLATE "C"), '[]') FROM labels),
      "classSplits" = (SELECT coalesce(jsonb_agg(jsonb_build_object('classLabel', label, 'split', split, 'count', n)
        ORDER BY label COLLATE "C", split::text COLLATE "C"), '[]') FROM counted),
      "splits" = (SELECT jsonb_agg(jsonb_build_object('split', split, 'count', n) ORDER BY split::text COLLATE "C") FROM splits)
    WHERE id = ${id}`
  await tx.$executeRaw`
    UPDATE "DatasetClass" SET "introducedId" = ${id}
    WHERE "introducedId" IS NULL AND name IN (
      SELECT jsonb_array_elements("classCounts") ->> 'classLabel' FROM "DatasetVersion" WHERE id = ${id})`
  const isWanted = makeActive ?? (await tx.datasetVersion.count({ where: { isActive: true } })) === 0
  const active = isWanted ? { before: await activate(tx, id) } : undefined
  const { name, totalImages, parent } = await tx.datasetVersion.findUniqueOrThrow({
    where: { id },
    select: { name: true, totalImages: true, parent: { select: { name: true } } },
  })
  const made = { totalImages, ...(parent && { parent: parent.name }), ...(active && { activeVersion: name }) }
  const before = active ? { activeVersion: active.before } : {}
  await leaveTrail(tx, by, [{ action, subject: { type: 'DatasetVersion', id, name }, before, after: made }])
  await keepReceipt(tx, by, { id })
  await publish(tx, 'versionMade', { versionId: id })
}
