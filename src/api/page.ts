/**
 * Pages by keyset: a cursor carries the ordering values of its row, not its place or its id, so it stays good while rows
 * come and go (a reviewed photo leaves the queue under the reader's hands).
 */
import { uuidPattern } from '../db.js'
import { badInput } from '../errors.js'
import { isStorable } from './moment.js'
import { jsonOf } from './parse-json.js'

export const defaultPageSize = 20
/** Whoever asks for more gets this many. */
export const maxPageSize = 100

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** @returns undefined for a 31st of February, or a year that there never was */
function dateOf(text: string): Date | undefined {
  const date = new Date(text)
  return isStorable(date) && date.toISOString() === text ? date : undefined
}

/** How a column's value is written in a cursor, and read back. */
const codecs = {
  date: {
    write: (value: unknown) => (value as Date).toISOString(),
    // As it was written, and no other way.
    read: (text: unknown) => (typeof text === 'string' && dateTime.test(text) ? dateOf(text) : undefined),
  },
  int: {
    write: (value: unknown) => value,
    read: (value: unknown) =>
      Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31 ? value : undefined,
  },
  float: {
    write: (value: unknown) => value,
    read: (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  },
  bigint: {
    write: String,
    read: (text: unknown) => (typeof text === 'string' && /^\d{1,18}$/.test(text) ? BigInt(text) : undefined),
  },
  text: {
    write: (value: unknown) => value,
    read: (text: unknown) => (typeof text === 'string' && !text.includes('\0') ? text : undefined),
  },
  uuid: {
    write: (value: unknown) => value,
    read: (text: unknown) => (typeof text === 'string' && uuidPattern.test(text) ? text : undefined),
  },
} as const

type Direction = 'asc' | 'desc'

interface Column {
  readonly name: string
  readonly codec: keyof typeof codecs
  readonly direction: Direction
  /** Rows without a value come last. */
  readonly nullable: boolean
}

/** An ordering; the last column must be unique. Its name is in the cursor, so that one of another ordering is refused. */
export interface Keyset {
  readonly name: string
  readonly columns: readonly [...Column[], Column]
}

export const by = (name: string, codec: keyof typeof codecs, direction: Direction, nullable = false): Column => ({
  name,
  codec,
  direction,
  nullable,
})

export interface PageArguments {
  first?: number | null | undefined
  last?: number | null | undefined
  after?: string | null | undefined
  before?: string | null | undefined
}

export function cursorOf(keyset: Keyset, row: object): string {
  const values = keyset.columns.map(({ name, codec }) => {
    const value = (row as Record<string, unknown>)[name]
    return value === null ? null : codecs[codec].write(value)
  })
  return Buffer.from(JSON.stringify([keyset.name, ...values])).toString('base64url')
}

function readCursor(keyset: Keyset, cursor: string, field: 'after' | 'before'): unknown[] {
  const wrong = badInput(field, `This cursor does not belong to this list in this order (${keyset.name}).`)
  const parts = jsonOf(Buffer.from(cursor, 'base64url').toString('utf8'))
  if (!Array.isArray(parts) || parts[0] !== keyset.name || parts.length !== keyset.columns.length + 1) throw wrong
  return keyset.columns.map(({ codec, nullable }, index) => {
    const part: unknown = parts[index + 1]
    if (part === null && nullable) return null
    const value = codecs[codec].read(part)
    if (value === undefined) throw wrong
    return value
  })
}

/** Rows beyond a cursor: (a, b) > (x, y) spelled out, with `a >= x` beside it so that an index on `a` serves. */
function beyond(keyset: Keyset, values: readonly unknown[], backwards: boolean): object {
  const steps = keyset.columns.flatMap((column, index) => {
    const same = keyset.columns.slice(0, index).map((earlier, at) => ({ [earlier.name]: values[at] }))
    const further = furtherThan(column, values[index], backwards)
    return further ? [{ AND: [...same, further] }] : []
  })
  const [lead] = keyset.columns
  if (!lead || lead.nullable || keyset.columns.length === 1) return { OR: steps }
  const bound = (lead.direction === 'asc') !== backwards ? 'gte' : 'lte'
  return { AND: [{ [lead.name]: { [bound]: values[0] } }, { OR: steps }] }
}

/** @returns undefined when nothing is. */
function furtherThan({ name, direction, nullable }: Column, value: unknown, backwards: boolean): object | undefined {
  if (value === null) return backwards ? { [name]: { not: null } } : undefined
  const further = { [name]: { [(direction === 'asc') !== backwards ? 'gt' : 'lt']: value } }
  return nullable && !backwards ? { OR: [further, { [name]: null }] } : further
}

const opposite = { asc: 'desc', desc: 'asc' } as const

/** @throws BAD_USER_INPUT */
function sizeOf({ first, last }: PageArguments): { size: number; backwards: boolean } {
  if (first != null && last != null) throw badInput('last', 'Ask for `first` or for `last`, not for both.')
  if ((first ?? 0) < 0) throw badInput('first', '`first` must not be negative.')
  if ((last ?? 0) < 0) throw badInput('last', '`last` must not be negative.')
  return { size: Math.min(first ?? last ?? defaultPageSize, maxPageSize), backwards: last != null }
}

/** A page as Prisma takes it. */
export interface Slice {
  /** To be joined with the list's own condition by AND. */
  readonly where: object
  readonly orderBy: Record<string, Direction | { sort: Direction; nulls: 'first' | 'last' }>[]
  readonly take: number
}

/** The same for a query of one's own: the ordering values of the rows it lies between. */
export interface Bounds {
  readonly after: readonly unknown[] | undefined
  readonly before: readonly unknown[] | undefined
  readonly backwards: boolean
}

/**
 * A Relay connection that asks the database only for what is read of it: no count unless `totalCount` is selected, and
 * no rows when only that is.
 * @throws BAD_USER_INPUT for a cursor or a size that makes no sense.
 */
export function connectionOf<Row extends object>(
  args: PageArguments,
  keyset: Keyset,
  source: { rows: (slice: Slice, bounds: Bounds) => Promise<Row[]>; count: () => Promise<number> },
) {
  const { size, backwards } = sizeOf(args)
  const after = args.after == null ? undefined : readCursor(keyset, args.after, 'after')
  const before = args.before == null ? undefined : readCursor(keyset, args.before, 'before')
  const where = [after && beyond(keyset, after, false), before && beyond(keyset, before, true)].filter(
    (bound) => bound !== undefined,
  )
  const orderBy = keyset.columns.map(({ name, direction, nullable }) => {
    const sort = backwards ? opposite[direction] : direction
    return { [name]: nullable ? { sort, nulls: backwards ? ('first' as const) : ('last' as const) } : sort }
  })

  const read = async () => {
    const rows = await source.rows({ where: { AND: where }, orderBy, take: size + 1 }, { after, before, backwards })
    const more = rows.length > size
    const kept = rows.slice(0, size)
    if (backwards) kept.reverse()
    const edges = kept.map((node) => ({ cursor: cursorOf(keyset, node), node }))
    return {
      edges,
      pageInfo: {
        hasNextPage: backwards ? args.before != null : more,
        hasPreviousPage: backwards ? more : args.after != null,
        startCursor: edges.at(0)?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    }
  }
  let page: ReturnType<typeof read> | undefined
  const load = () => (page ??= read())
  return {
    get edges() {
      return load().then(({ edges }) => edges)
    },
    get pageInfo() {
      return load().then(({ pageInfo }) => pageInfo)
    },
    totalCount: source.count,
  }
}
