/** The database as files, one a table, a row a line: taken in one look, and put back as it was. */
import { open } from 'node:fs/promises'
import pg from 'pg'

/** Rows fetched and inserted at once. */
const rowsAtOnce = 1_000

/** All but Prisma’s own: the record of migrations is that of whoever restores. */
export async function tablesOf(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND relname <> '_prisma_migrations' ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}

/** Names and checksums of the migrations that made the schema. */
export async function schemaOf(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ migration: string }>(
    `SELECT migration_name || ' ' || checksum AS migration FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY 1`,
  )
  return rows.map(({ migration }) => migration)
}

/** Within a transaction. A line a row. @param counted told how many rows there were */
export async function* readTable(
  client: pg.ClientBase,
  table: string,
  counted: (rows: number) => void,
): AsyncGenerator<string> {
  const name = pg.escapeIdentifier(table)
  await client.query(`DECLARE look CURSOR FOR SELECT to_jsonb(t)::text AS row FROM ${name} t`)
  for (let count = 0; ;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${rowsAtOnce} FROM look`)
    count += rows.length
    counted(count)
    if (rows.length === 0) break
    yield rows.map(({ row }) => `${row}\n`).join('')
  }
  await client.query('CLOSE look')
}

/** Within a transaction whose foreign keys and triggers rest. @returns how many rows it put in */
export async function fillTable(client: pg.ClientBase, table: string, file: string): Promise<number> {
  const name = pg.escapeIdentifier(table)
  let count = 0
  const insert = async (lines: readonly string[]) => {
    if (lines.length === 0) return
    await client.query(`INSERT INTO ${name} SELECT * FROM jsonb_populate_recordset(NULL::${name}, $1::jsonb)`, [
      `[${lines.join(',')}]`,
    ])
    count += lines.length
  }
  const handle = await open(file)
  let some: string[] = []
  for await (const line of handle.readLines()) {
    some.push(line)
    if (some.length < rowsAtOnce) continue
    await insert(some)
    some = []
  }
  await insert(some)
  await goOnCounting(client, table)
  return count
}

/** The next number that the table gives out comes after those that it has. */
async function goOnCounting(client: pg.ClientBase, table: string): Promise<void> {
  const { rows } = await client.query<{ column: string; sequence: string }>(
    `SELECT attname AS column, pg_get_serial_sequence(quote_ident($1), attname) AS sequence FROM pg_attribute
     WHERE attrelid = quote_ident($1)::regclass AND attnum > 0 AND pg_get_serial_sequence(quote_ident($1), attname) IS NOT NULL`,
    [table],
  )
  for (const { column, sequence } of rows)
    await client.query(
      `SELECT setval($1, coalesce((SELECT max(${pg.escapeIdentifier(column)}) FROM ${pg.escapeIdentifier(table)}), 0) + 1, false)`,
      [sequence],
    )
}
