/** The schema's builder: plugins, scalars, and how Relay's parts are described. */
import SchemaBuilder from '@pothos/core'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import { GraphQLError } from 'graphql'
import type PrismaTypes from '../../generated/pothos-types.js'
import { getDatamodel } from '../../generated/pothos-types.js'
import { mayAct } from '../../access/actor.js'
import type { Context } from '../context.js'
import { decodeId, encodeId } from '../ids.js'
import { visibleImages } from '../visible.js'
import { DateTime } from './date-time.js'
import { forbidden } from './guard.js'
import { defaultPageSize, maxPageSize } from '../page.js'

export const builder = new SchemaBuilder<{
  PrismaTypes: PrismaTypes
  Context: Context
  Connection: { totalCount: () => Promise<number> }
  DefaultFieldNullability: false
  DefaultEdgesNullability: { list: false; items: false }
  DefaultNodeNullability: false
  Scalars: {
    ID: { Input: string; Output: string | number | bigint }
    DateTime: { Input: Date; Output: Date }
    Upload: { Input: File; Output: never }
  }
}>({
  plugins: [RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  prisma: { client: ({ hall }) => hall.db, dmmf: getDatamodel() },
  relay: {
    encodeGlobalID: encodeId,
    decodeGlobalID: (globalId) => decodeId(globalId, 'id'),
    nodesQueryOptions: false,
    edgesFieldOptions: { nullable: { list: false, items: false }, description: 'The rows of this page, in order.' },
    nodeFieldOptions: { nullable: false, description: 'The row itself.' },
    nodeTypeOptions: { description: 'Anything that has a global id and can be fetched by it.' },
    nodeQueryOptions: {
      role: 'DEVICE',
      description:
        'Any object by its global id. Null when there is none of that id (any more). For a device: a photo that it sent first.',
      resolve: async (_root, { id: { typename, id } }, { hall, actor }, _info, resolveNode) => {
        if (!mayAct(actor, 'OPERATOR')) {
          if (typename !== 'Image') throw forbidden(actor, 'OPERATOR')
          if (!(await hall.db.image.findUnique({ where: { id, AND: visibleImages(actor) }, select: { id: true } })))
            return null
        }
        return resolveNode({ typename, id })
      },
      args: { id: { description: 'A global id, as given out in `id` fields.' } },
    },
    idFieldOptions: { description: 'Global id, opaque: unique over all types, never reused.' },
    cursorType: 'String',
    cursorFieldOptions: {
      description: 'Where this row stands in this order. Stays good when the row itself leaves the list.',
    },
    pageInfoFieldOptions: { description: 'Where this page lies within the list.' },
    pageInfoTypeOptions: { description: 'Where a page lies within its list.' },
    hasNextPageFieldOptions: { description: 'Whether rows follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether this page was asked for as one that follows others.' },
    startCursorFieldOptions: { description: 'Cursor of the first row; null on an empty page.' },
    endCursorFieldOptions: { description: 'Cursor of the last row, for `after`; null on an empty page.' },
    firstArgOptions: {
      description: `Rows a page, from the start or after \`after\`: 0 to ${maxPageSize} (more is cut to that). Default ${defaultPageSize}.`,
    },
    lastArgOptions: {
      description: `Rows a page, from the end or before \`before\`: 0 to ${maxPageSize}. Not with \`first\`.`,
    },
    afterArgOptions: { description: 'Cursor: rows after it. It must come from the same list in the same order.' },
    beforeArgOptions: { description: 'Cursor: rows before it.' },
  },
})

builder.queryType({ description: 'What can be asked. Nothing here changes anything.' })
builder.mutationType({ description: 'What can be done.' })
builder.subscriptionType({
  description: 'What can be watched, over server-sent events or WebSocket (`graphql-transport-ws`).',
})

builder.globalConnectionField('totalCount', (t) =>
  t.int({
    description: 'Rows in the whole list, counted when asked for.',
    resolve: (connection) => connection.totalCount(),
  }),
)

builder.addScalarType('DateTime', DateTime, {
  description: 'A moment in UTC, RFC 3339: `2025-01-31T12:00:00.000Z`.',
})

const onlyByMultipart = () =>
  new GraphQLError(
    'An Upload is sent as a file, by a GraphQL multipart request with the header `graphql-preflight: 1`.',
  )

builder.scalarType('Upload', {
  description:
    'A file, sent by the GraphQL multipart request specification: a variable that is null in `operations`, filled by a part of the request. Such a request carries the header `graphql-preflight: 1`.',
  parseValue(value) {
    if (value instanceof Blob && 'name' in value) return value as File
    if (isFile(value)) return value
    throw onlyByMultipart()
  },
  parseLiteral() {
    throw onlyByMultipart()
  },
  serialize() {
    throw new GraphQLError('An Upload is never part of an answer.')
  },
})

/** The server's own File class is not the global one. */
const isFile = (value: unknown): value is File =>
  typeof value === 'object' &&
  value !== null &&
  'arrayBuffer' in value &&
  typeof value.arrayBuffer === 'function' &&
  'name' in value
