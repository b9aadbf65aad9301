/** Opens the built-in database below argv[2] and writes numbers into it; each is printed once it is acknowledged. */
import pg from 'pg'
import { openDatabase } from '../../src/database/open.js'

const [, , dataDir = ''] = process.argv
const database = await openDatabase({ dataDir, databaseUrl: undefined }, console.log)

async function write(): Promise<never> {
  const client = new pg.Client({ connectionString: database.url })
  client.on('error', () => undefined) // The statement in hand reports it.
  await client.connect()
  await client.query('CREATE TABLE IF NOT EXISTS acknowledged (n serial PRIMARY KEY)')
  console.log('connected')
  for (;;) {
    const { rows } = await client.query<{ n: number }>('INSERT INTO acknowledged DEFAULT VALUES RETURNING n')
    console.log(`wrote ${rows[0]?.n}`)
  }
}

for (;;) {
  await write().catch((error: Error) => console.log(`lost: ${error.message}`))
  await new Promise((resolve) => setTimeout(resolve, 50))
}
