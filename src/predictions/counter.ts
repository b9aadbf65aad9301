/** Known photos are counted and forgotten: one row a class and UTC hour, unknown ones beside. */
import type { Db } from '../db.js'

/** Adds one. In one statement, so no update is lost and the news goes out only when the count is there. */
export async function count(db: Db, classLabel: string, ood: boolean): Promise<void> {
  const [known, unknown] = ood ? [0, 1] : [1, 0]
  await db.$queryRaw`
    WITH counted AS (
      INSERT INTO "TrashCounter" AS c ("className", "recordedAt", "totalCount", "oodCount")
      VALUES (${classLabel}, date_trunc('hour', now(), 'UTC'), ${known}, ${unknown})
      ON CONFLICT ("className", "recordedAt")
      DO UPDATE SET "totalCount" = c."totalCount" + ${known}, "oodCount" = c."oodCount" + ${unknown}
      RETURNING "className", "totalCount", "recordedAt"
    )
    SELECT pg_notify('wastex', json_build_array('trashCounted', json_build_object('classLabel', "className", 'count',
      "totalCount" + (SELECT coalesce(sum("totalCount"), 0) FROM "TrashCounter" earlier
        WHERE earlier."className" = counted."className" AND earlier."recordedAt" <> counted."recordedAt")))::text)::text
    FROM counted WHERE ${known} = 1`
}
