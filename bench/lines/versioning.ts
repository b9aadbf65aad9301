/** Versions of a million photos. Rows are made up: no file stands behind them. */
import {
  CreateVersionDocument,
  DiffDocument,
  SetActiveVersionDocument,
  VersionDocument,
} from '../../documents/generated/graphql.js'
import { type House, stageNoise } from '../house.js'
import type { Bench } from '../bench.js'
import { median, timed } from '../statistics.js'
import { atMost, milliseconds, type Row, seconds } from '../table.js'

const entries = 1_000_000
const rounds = 2
/** A bench may go on in the folder of another. */
const stamp = Date.now().toString(36)
const goalMs = 50

export async function* versioning(bench: Bench): AsyncGenerator<Row> {
  const house = await bench.house()
  const { client } = house
  const first = `million-${stamp}`
  await makeUp(house, first, entries)
  const [bare, ours]: [number[], number[]] = [[], []]
  let parent = first
  for (let round = 0; round < rounds; round++) {
    bare.push(await timed(() => bareCopy(house, `bare-${stamp}-${round}`, first)))
    const name = `${first}-${round + 1}`
    await stageNoise(house)
    ours.push(await timed(() => client.ask(CreateVersionDocument, { input: { name, parent, activate: false } })))
    parent = name
  }
  yield {
    what: `createVersion on ${entries.toLocaleString('en')} entries`,
    ours: seconds(median(ours)),
    against: `${seconds(median(bare))}, bare INSERT ... SELECT in the same database`,
    ...atMost(median(ours.map((ms, i) => ms / (bare[i] as number))), 1.2, '×'),
  }
  const pages: [string, () => Promise<unknown>][] = [
    ['activate', () => client.ask(SetActiveVersionDocument, { name: parent })],
    ['first page of its entries', () => client.ask(VersionDocument, { name: parent, first: 50 })],
    ['first page of a difference', () => client.ask(DiffDocument, { from: first, to: parent, first: 50 })],
  ]
  for (const [what, work] of pages) {
    const times: number[] = []
    for (let i = 0; i < 10; i++) times.push(await timed(work))
    yield {
      what: `... ${what}`,
      ours: milliseconds(median(times)),
      against: '',
      ratio: '',
      goal: `≤ ${goalMs} ms`,
      reached: median(times) <= goalMs,
    }
  }
}

/** A version of so many photos, in the shares of a real one. */
export async function makeUp({ db }: Pick<House, 'db'>, name: string, count: number): Promise<number> {
  const prefix = `${name}/`
  const made = await db.$transaction(
    async (tx) => {
      await tx.$executeRaw`
        INSERT INTO "Photo" ("contentHash", "storedHash", root, path, filename, bytes, width, height, "perceptualHash")
        SELECT encode(sha256(convert_to(${prefix} || i, 'UTF8')), 'hex'), encode(sha256(convert_to(${prefix} || i, 'UTF8')), 'hex'), '/nowhere', ${prefix} || i || '.jpg', i || '.jpg', 50000, 512, 384,
          encode(sha256(convert_to('p' || ${prefix} || i, 'UTF8')), 'hex')
        FROM generate_series(1, ${count}::int) i`
      const classes = (await tx.datasetClass.findMany({ select: { name: true } })).map((one) => one.name)
      const { id } = await tx.datasetVersion.create({
        data: { name, totalImages: count, classCounts: [], splits: [] },
      })
      await tx.$executeRaw`
        INSERT INTO "VersionEntry" ("versionId", "photoId", split, "classLabel")
        SELECT ${id}, id, (CASE WHEN id % 20 < 14 THEN 'TRAIN' WHEN id % 20 < 17 THEN 'VAL' ELSE 'TEST' END)::"Split",
          (${classes}::text[])[1 + id % ${classes.length}::int]
        FROM "Photo" WHERE root = '/nowhere' AND path LIKE ${`${prefix}%`} ORDER BY id`
      return id
    },
    { timeout: 600_000 },
  )
  // A table that doubles in one statement has no statistics of what is in it until autovacuum comes by.
  await db.$executeRaw`ANALYZE "Photo", "VersionEntry"`
  return made
}

async function bareCopy({ db }: House, name: string, from: string): Promise<void> {
  const { id } = await db.datasetVersion.create({ data: { name, totalImages: 0, classCounts: [], splits: [] } })
  const source = await db.datasetVersion.findUniqueOrThrow({ where: { name: from } })
  await db.$executeRaw`
    INSERT INTO "VersionEntry" ("versionId", "photoId", split, "classLabel", "sourceImageId", "addedAt")
    SELECT ${id}, "photoId", split, "classLabel", "sourceImageId", "addedAt" FROM "VersionEntry" WHERE "versionId" = ${source.id}`
}
