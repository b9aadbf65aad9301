#!/usr/bin/env node
/**
 * Prisma's schema engine for `prisma migrate` and `prisma db`, without a download: the CLI wants a native program which it
 * fetches from a storage host; this is the same engine as WebAssembly (`@prisma/schema-engine-wasm`, a package like any
 * other) behind the same JSON-RPC over standard input and output. prisma.config.ts names it to the CLI.
 *
 * Only for development: what a running WasteX applies migrations with is src/database/migrate.ts.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import connectionString from 'pg-connection-string'

const wasmFolder = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
const args = process.argv.slice(2)
const valuesOf = (name) => args.flatMap((arg, i) => (arg === name ? [args[i + 1]] : []))
const url = valuesOf('--datasource').map((json) => JSON.parse(json).url)[0] ?? process.env.DATABASE_URL
const configOf = () => connectionString.parse(url)
const quote = (name) => `"${name.replaceAll('"', '""')}"`

async function withClient(config, use) {
  const client = new pg.Client({ connectionTimeoutMillis: 5000, ...config })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function createDatabase() {
  const { database, ...server } = configOf()
  await withClient({ ...server, database: 'postgres' }, (client) => client.query(`CREATE DATABASE ${quote(database)}`))
  return { databaseName: database }
}

/** What `schema-engine cli can-connect-to-database | create-database` does: one question, an exit code, then the end. */
async function answerOnce(command) {
  const codes = {
    '3D000': 'P1003',
    '28P01': 'P1000',
    28000: 'P1010',
    ECONNREFUSED: 'P1001',
    ENOENT: 'P1001',
    ENOTFOUND: 'P1001',
  }
  try {
    await (command === 'create-database' ? createDatabase() : withClient(configOf(), () => {}))
  } catch (error) {
    const fields = { is_panic: false, error_code: codes[error.code] ?? 'P1011', message: error.message }
    // The CLI ignores the first line of standard error, hence the line break before.
    writeSync(2, `\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}`)
    process.exit(1)
  }
  process.exit(0)
}

/** adapter-pg as a schema engine needs it. */
async function openAdapter(config) {
  const connection = await new PrismaPg({ ...config, options: '-c timezone=UTC' }).connect()
  // It refuses columns of the catalogue's type "char" (OID 18), such as a constraint's kind: they go past it as bpchar (1042).
  const performIO = connection.performIO.bind(connection)
  const catalogueChars = new WeakMap()
  connection.performIO = async (query) => {
    const result = await performIO(query)
    const chars = (result.fields ?? []).map((field) => field.dataTypeID === 18)
    for (const [i, isChar] of chars.entries()) if (isChar) result.fields[i].dataTypeID = 1042
    catalogueChars.set(result.rows, chars)
    return result
  }
  const queryRaw = connection.queryRaw.bind(connection)
  connection.queryRaw = async (query) => {
    const result = await queryRaw(query)
    const chars = catalogueChars.get(result.rows) ?? []
    const columnTypes = result.columnTypes.map((type, i) => (chars[i] ? ColumnTypeEnum.Character : type))
    return { ...result, columnTypes }
  }
  // It cuts a script at every semicolon, in the bodies of functions too: the server is the one to read SQL.
  connection.executeScript = async (script) => {
    try {
      await connection.underlyingDriver().query(script)
    } catch (error) {
      connection.onError(error)
    }
  }
  return connection
}

const onServer = {
  provider: 'postgres',
  adapterName: 'pg',
  connect: () => openAdapter(configOf()),
  // adapter-pg's own opens the main database when it was given an address, and drops the shadow before it lets go of it.
  connectToShadowDb: async () => {
    const config = configOf()
    const database = `prisma_migrate_shadow_db_${randomUUID()}`
    const administer = (sql) => withClient(config, (client) => client.query(sql))
    await administer(`CREATE DATABASE ${quote(database)}`)
    const shadow = await openAdapter({ ...config, database })
    const dispose = shadow.dispose.bind(shadow)
    shadow.dispose = async () => {
      await dispose()
      await administer(`DROP DATABASE IF EXISTS ${quote(database)} WITH (FORCE)`)
    }
    return shadow
  },
}

/** Answers what the engine asks a server before it compares two schemas that need none. */
const nowhere = {
  provider: 'postgres',
  adapterName: 'none',
  getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
  executeRaw: async () => 0,
  executeScript: async () => {},
  dispose: async () => {},
  queryRaw: async () => ({
    columnNames: ['exists', 'version', 'numeric_version'],
    columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
    rows: [[true, 'PostgreSQL 18.0', 180000]],
  }),
}
const offline = {
  provider: 'postgres',
  adapterName: 'none',
  connect: async () => nowhere,
  connectToShadowDb: async () => nowhere,
}

let lastWords
async function loadEngine() {
  // Where the engine puts its last words before it traps; without it they are lost.
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => (lastWords = message) }
  const wasm = readFileSync(path.join(wasmFolder, 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
}

let engine
function engineOn(factory) {
  const datamodels = valuesOf('--datamodels').map((file) => [file, readFileSync(file, 'utf8')])
  const options = { datamodels: datamodels.length > 0 ? datamodels : undefined }
  engine ??= glue.SchemaEngine.new(options, () => {}, bindMigrationAwareSqlAdapterFactory(factory))
  return engine
}

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

async function answer({ id, method, params }) {
  if (!method) return // the CLI's answer to our `print`
  try {
    if (method === 'createDatabase') return send({ id, result: await createDatabase() })
    const needsNoServer =
      method === 'diff' && [params.from, params.to].every(({ tag }) => tag === 'empty' || tag === 'schemaDatamodel')
    const running = await engineOn(needsNoServer ? offline : onServer)
    const result = await running[method === 'getDatabaseVersion' ? 'version' : method](params)
    if (method === 'diff' && result?.stdout != null) {
      send({ id: 1e9 + id, method: 'print', params: { content: result.stdout } })
    }
    send({ id, result: result ?? null })
  } catch (error) {
    fail(id, error)
  }
}

function fail(id, error) {
  const data = {
    is_panic: false,
    message: error?.message ?? String(error),
    error_code: error?.code ?? null,
    meta: error?.meta ?? null,
  }
  send({ id, error: { code: 4466, message: 'see data', data } })
}

if (args.includes('--version')) {
  const { version } = JSON.parse(readFileSync(path.join(wasmFolder, 'package.json'), 'utf8'))
  console.log('schema-engine-wasm', version)
} else if (args.includes('cli')) {
  await answerOnce(args[args.indexOf('cli') + 1])
} else {
  await loadEngine()
  let last = Promise.resolve()
  let inHand
  // A fault inside the engine is a trap, out of reach of any `catch`; and the CLI takes an engine that ends without an answer
  // for success.
  process.on('uncaughtException', (error) => {
    fail(inHand, lastWords ? new Error(lastWords) : error)
    process.exit(1)
  })
  createInterface({ input: process.stdin, crlfDelay: Infinity })
    .on('line', (line) => {
      const request = JSON.parse(line)
      last = last.then(() => {
        inHand = request.id
        return answer(request)
      })
    })
    .on('close', () => void last.then(() => process.exit(0)))
}
