/** The table of docs/limits.md, whole: each field of the schema's roots, asked for in each role and by nobody. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import {
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { guarded, rootFields } from '../src/api/schema/guard.js'
import { schema } from '../src/api/schema/index.js'
import { publish } from '../src/events.js'
import { type Answer, file, send, upload } from './support/client.js'
import { startTestServer, type TestServer } from './support/server.js'
import { tokenOfEach } from './support/tokens.js'

const documented = await readFile(path.resolve(import.meta.dirname, '../docs/limits.md'), 'utf8')
const columns = ['nobody', 'DEVICE', 'OPERATOR', 'TRAINER', 'ADMIN'] as const
type Asker = (typeof columns)[number]

const cells = (line: string) =>
  line
    .split('|')
    .map((cell) => cell.trim().replaceAll('`', ''))
    .slice(1, -1)
const table = (documented.split(/roles:(?:begin|end) --\u{3e}/u)[1] ?? '')
  .trim()
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map(cells)
  .map(([operation = '', field = '', ...may]) => ({
    operation,
    field,
    may: new Map(columns.map((asker, i) => [asker, may[i] === 'yes'])),
  }))

let server: TestServer
let headersOf: Record<Asker, Record<string, string>>
beforeAll(async () => {
  server = await startTestServer()
  headersOf = { nobody: {}, ...(await tokenOfEach(server.db)) }
})
afterAll(() => server.close())

const rootOf = {
  Query: schema.getQueryType(),
  Mutation: schema.getMutationType(),
  Subscription: schema.getSubscriptionType(),
}
const fieldOf = (operation: string, name: string) =>
  rootOf[operation as keyof typeof rootOf]?.getFields()[name] as GraphQLField<unknown, unknown>

/** Some value of that type; what it names does not exist, so that what is allowed changes nothing. */
function valueFor(type: GraphQLInputType): string {
  if (isNonNullType(type)) return valueFor(type.ofType)
  if (isListType(type)) return `[${valueFor(type.ofType)}]`
  if (isEnumType(type)) return type.getValues()[0]?.name ?? ''
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type))
    return `{ ${needed.map((field) => `${field.name}: ${valueFor(field.type)}`).join(' ')} }`
  }
  return { Int: '1', Float: '1', Boolean: 'true', DateTime: '"2026-01-01T00:00:00.000Z"' }[String(type)] ?? '"?"'
}

function documentFor(operation: string, field: GraphQLField<unknown, unknown>): string {
  const needed = field.args.filter(({ type }) => isNonNullType(type))
  const isUpload = (type: GraphQLInputType) => getNamedType(type).name === 'Upload'
  const args = needed.map(({ name, type }) => `${name}: ${isUpload(type) ? '$file' : valueFor(type)}`)
  const variables = needed.filter(({ type }) => isUpload(type)).map(({ type }) => `$file: ${String(type)}`)
  const inner = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''
  return `${operation.toLowerCase()}${variables.length > 0 ? `(${variables.join(' ')})` : ''} { ${field.name}${args.length > 0 ? `(${args.join(' ')})` : ''}${inner} }`
}

async function ask(document: string, headers: Record<string, string>): Promise<Answer<unknown>> {
  if (!document.includes('Upload')) return send(server.address, document, {}, { headers })
  const photo = file(Buffer.from('no photo'), 'a.jpg')
  const variables = { file: document.includes('[Upload!]') ? [photo] : photo }
  return upload(server.address, document, variables, { headers })
}

/** News of every kind, and of nothing that exists: whoever may hear of it hears of it, if only an error. */
async function tellNews(): Promise<void> {
  await publish(server.db, 'imageQueued', { id: randomUUID() })
  await publish(server.db, 'imageChanged', { id: randomUUID(), what: 'photo' })
  await publish(server.db, 'versionMade', { versionId: 2 ** 30 })
  await publish(server.db, 'trashCounted', { classLabel: '?', count: 1 })
  await publish(server.db, 'runChanged', { runId: randomUUID() })
  await publish(server.db, 'modelPromoted', { runId: randomUUID() })
  await publish(server.db, 'importProgress', { name: '?', done: 0, total: 1, refused: 0, finished: false })
}

/** Tells news until it is over: a subscription that is allowed says nothing until something happens. */
async function whileNewsIsTold<T>(work: Promise<T>): Promise<T> {
  let over = false
  const ended = work.finally(() => (over = true))
  while (!over) await Promise.race([ended, tellNews()])
  return ended
}

/** Subscribes, and hangs up as soon as it is clear whether it may. */
async function askForEvents(document: string, headers: Record<string, string>): Promise<Answer<unknown>> {
  const leave = new AbortController()
  const response = await fetch(`${server.address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query: document }),
    signal: leave.signal,
  })
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (/data: .*\n\n/.test(text)) break
  }
  leave.abort()
  const { errors } = JSON.parse(/data: (.+)/.exec(text)?.[1] ?? '{}') as Pick<Answer<unknown>, 'errors'>
  return { status: response.status, data: undefined, errors }
}

const codesOf = ({ errors = [] }: Answer<unknown>) => errors.map(({ extensions }) => extensions.code)

describe('the table', () => {
  it('has every field of the schema’s roots', () => {
    expect(table.map(({ operation, field }) => `${operation}.${field}`)).toEqual(
      rootFields(schema).map(({ operation, name }) => `${operation}.${name}`),
    )
  })

  it.each(table)('is right about $operation.$field over HTTP', async ({ operation, field, may }) => {
    const document = documentFor(operation, fieldOf(operation, field))
    for (const asker of columns) {
      const answer = await (operation === 'Subscription'
        ? whileNewsIsTold(askForEvents(document, headersOf[asker]))
        : ask(document, headersOf[asker]))
      const refusal = asker === 'nobody' ? ['UNAUTHENTICATED'] : ['FORBIDDEN']
      if (!may.get(asker))
        expect([asker, answer.status, codesOf(answer)]).toEqual([asker, asker === 'nobody' ? 401 : 403, refusal])
      else expect([asker, ...codesOf(answer).filter((code) => /^(UNAUTH|FORB)/.test(code))]).toEqual([asker])
    }
  })

  it.each(table)('is right about $operation.$field over WebSocket', async ({ operation, field, may }) => {
    const document = documentFor(operation, fieldOf(operation, field))
    for (const asker of columns) {
      const answer = askOnSocket(document, headersOf[asker])
      expect([asker, await (operation === 'Subscription' ? whileNewsIsTold(answer) : answer)]).toEqual([
        asker,
        may.get(asker) ? 'allowed' : asker === 'nobody' ? 4401 : 'FORBIDDEN',
      ])
    }
  })
})

/** Files cannot come this way: where one is needed, that it is missing is said to whoever may ask. @returns the code it was closed with or refused by */
const askOnSocket = (query: string, params: Record<string, string>) =>
  new Promise<string | number>((resolve) => {
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    const done = (what: string | number) => {
      resolve(what)
      socket.close()
    }
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: params })))
    socket.on('close', (code) => done(code))
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; payload?: unknown }
      if (message.type === 'connection_ack') {
        socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }))
      } else done(/UNAUTHENTICATED|FORBIDDEN/.exec(JSON.stringify(message.payload))?.[0] ?? 'allowed')
    })
  })

describe('a schema', () => {
  it('is not made while a field of its roots does not say who may ask for it', () => {
    const silent = new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { open: { type: GraphQLString } } }),
    })
    expect(() => guarded(silent)).toThrow(/Query\.open.*role/)
  })
})
