/** Known photos are counted and forgotten: one row a class and UTC hour, unknown ones beside. */
import type { Db } from '../db.js'

interface Count {
  known: number
  unknown: number
}

/**
 * All phones add to the same few rows, and a row waits for the disk at every change: one statement is on at a time, and what
 * comes meanwhile is added up and goes with the next (group commit).
 */
interface Gathering {
  counts: Map<string, Count>
  callers: { resolve(): void; reject(error: unknown): void }[]
  writing: boolean
}

const gatheringOf = new WeakMap<Db, Gathering>()

/** Adds one. Resolves when it is written; no update is lost, and the news goes out only when the count is there. */
export function count(db: Db, classLabel: string, ood: boolean): Promise<void> {
  const gathering = gatheringOf.get(db) ?? { counts: new Map<string, Count>(), callers: [], writing: false }
  gatheringOf.set(db, gathering)
  const own = gathering.counts.get(classLabel) ?? { known: 0, unknown: 0 }
  own[ood ? 'unknown' : 'known']++
  gathering.counts.set(classLabel, own)
  return new Promise((resolve, reject) => {
    gathering.callers.push({ resolve, reject })
    void writeAll(db, gathering)
  })
}

async function writeAll(db: Db, gathering: Gathering): Promise<void> {
  if (gathering.writing) return
  gathering.writing = true
  while (gathering.callers.length > 0) {
    const { counts, callers } = gathering
    gathering.counts = new Map()
    gathering.callers = []
    try {
      await write(db, counts)
      for (const caller of callers) caller.resolve()
    } catch (error) {
      for (const caller of callers) caller.reject(error)
    }
  }
  gathering.writing = false
}

async function write(db: Db, counts: ReadonlyMap<string, Count>): Promise<void> {
  // In one order everywhere: of two servers that count the same classes, none waits for the other in a circle.
  const rows = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const labels = rows.map(([label]) => label)
  const [known, unknown] = [rows.map(([, own]) => own.known), rows.map(([, own]) => own.unknown)]
  await db.$queryRaw`
    WITH given AS (
      SELECT * FROM unnest(${labels}::text[], ${known}::int[], ${unknown}::int[]) WITH ORDINALITY AS g (label, known, unknown, place)
    ), counted AS (
      INSERT INTO "TrashCounter" AS c ("className", "recordedAt", "totalCount", "oodCount")
      SELECT label, date_trunc('hour', now(), 'UTC'), known, unknown FROM given ORDER BY place
      ON CONFLICT ("className", "recordedAt")
      DO UPDATE SET "totalCount" = c."totalCount" + EXCLUDED."totalCount", "oodCount" = c."oodCount" + EXCLUDED."oodCount"
      RETURNING "className", "totalCount", "recordedAt"
    )
    SELECT pg_notify('wastex', json_build_array('trashCounted', json_build_object('classLabel', "className", 'count',
      "totalCount" + (SELECT coalesce(sum("totalCount"), 0) FROM "TrashCounter" earlier
        WHERE earlier."className" = counted."className" AND earlier."recordedAt" <> counted."recordedAt")))::text)::text
    FROM counted JOIN given ON given.label = counted."className" WHERE given.known > 0`
}
