/** A page of a version's entries, by entry id, for queries of our own. */
import { Prisma } from '../db.js'

export interface EntryPage {
  /** Entries after (before) this id only. */
  readonly after?: bigint | undefined
  readonly before?: bigint | undefined
  readonly take: number
  /** The last ones instead of the first, last first. */
  readonly backwards?: boolean | undefined
}

/** The end of a query of entries `e` that has a condition already. */
export const pageOf = ({ after, before, take, backwards }: EntryPage): Prisma.Sql => Prisma.sql`
  ${after === undefined ? Prisma.empty : Prisma.sql`AND e.id > ${after}`}
  ${before === undefined ? Prisma.empty : Prisma.sql`AND e.id < ${before}`}
  ORDER BY e.id ${backwards ? Prisma.sql`DESC` : Prisma.empty} LIMIT ${take}`
