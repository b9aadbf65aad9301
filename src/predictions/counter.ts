/** Known photos are counted and forgotten: one row a class and UTC hour, unknown ones beside. */
import { type Answered, keepEach, RequestRepeated } from '../access/receipts.js'
import type { Db, PrismaClient } from '../db.js'
import { channel } from '../events.js'

interface Count {
  known: number
  unknown: number
}

/**
 * All phones add to the same few rows, and a row waits for the disk at every change: one statement is on at a time, and what
 * comes meanwhile is added up and goes with the next (group commit).
 */
interface Gathering {
  callers: Caller[]
  writing: boolean
}

interface Counted {
  readonly classLabel: string
  readonly ood: boolean
  /** Of a request that may come again: kept with the count, or neither is. */
  readonly answered?: Answered | undefined
}

interface Caller extends Counted {
  resolve(): void
  reject(error: unknown): void
}

const gatheringOf = new WeakMap<Db, Gathering>()

/**
 * Adds one. Resolves when it is written; no update is lost, and the news goes out only when the count is there.
 * @throws RequestRepeated when this has been counted before
 */
export function count(db: PrismaClient, counted: Counted): Promise<void> {
  const gathering = gatheringOf.get(db) ?? { callers: [], writing: false }
  gatheringOf.set(db, gathering)
  return new Promise((resolve, reject) => {
    gathering.callers.push({ ...counted, resolve, reject })
    void writeAll(db, gathering)
  })
}

async function writeAll(db: PrismaClient, gathering: Gathering): Promise<void> {
  if (gathering.writing) return
  gathering.writing = true
  while (gathering.callers.length > 0) {
    const { callers } = gathering
    gathering.callers = []
    try {
      const late = await writeTogether(db, callers)
      for (const caller of callers)
        if (caller.answered && late.has(caller.answered)) caller.reject(new RequestRepeated('counted before'))
        else caller.resolve()
    } catch (error) {
      for (const caller of callers) caller.reject(error)
    }
  }
  gathering.writing = false
}

/** One statement where no request among them may come again. @returns the answers of those that had been counted before */
async function writeTogether(db: PrismaClient, callers: readonly Counted[]): Promise<ReadonlySet<Answered>> {
  const answered = callers.flatMap((caller) => caller.answered ?? [])
  if (answered.length === 0) {
    await write(db, callers)
    return new Set()
  }
  return db.$transaction(async (tx) => {
    const late = await keepEach(tx, answered)
    const rest = callers.filter((caller) => !caller.answered || !late.has(caller.answered))
    if (rest.length > 0) await write(tx, rest)
    return late
  })
}

async function write(db: Db, counted: readonly Counted[]): Promise<void> {
  const counts = new Map<string, Count>()
  for (const { classLabel, ood } of counted) {
    const own = counts.get(classLabel) ?? { known: 0, unknown: 0 }
    own[ood ? 'unknown' : 'known']++
    counts.set(classLabel, own)
  }
  // In one order everywhere: of two servers that count the same classes, none waits for the other in a circle.
  const rows = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const labels = rows.map(([label]) => label)
  const [known, unknown] = [rows.map(([, own]) => own.known), rows.map(([, own]) => own.unknown)]
  await db.$queryRaw`
    /* prepared: count */ WITH given AS (
      SELECT * FROM unnest(${labels}::text[], ${known}::int[], ${unknown}::int[]) WITH ORDINALITY AS g (label, known, unknown, place)
    ), counted AS (
      INSERT INTO "TrashCounter" AS c ("className", "recordedAt", "totalCount", "oodCount")
      SELECT label, date_trunc('hour', now(), 'UTC'), known, unknown FROM given ORDER BY place
      ON CONFLICT ("className", "recordedAt")
      DO UPDATE SET "totalCount" = c."totalCount" + EXCLUDED."totalCount", "oodCount" = c."oodCount" + EXCLUDED."oodCount"
      RETURNING "className", "totalCount", "recordedAt"
    )
    SELECT pg_notify(${channel}, json_build_array('trashCounted', json_build_object('classLabel', "className", 'count',
      "totalCount" + (SELECT coalesce(sum("totalCount"), 0) FROM "TrashCounter" earlier
        WHERE earlier."className" = counted."className" AND earlier."recordedAt" <> counted."recordedAt")))::text)::text
    FROM counted JOIN given ON given.label = counted."className" WHERE given.known > 0`
}
