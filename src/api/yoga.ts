/** GraphQL as one thing, before it is HTTP or WebSocket: schema, limits, errors. */
import { createFetch } from '@whatwg-node/fetch'
import { createYoga } from 'graphql-yoga'
import { WasteXError } from '../errors.js'
import { decodingPool } from '../photos/decoding-pool.js'
import { type Admission, useAdmission } from './admission.js'
import type { Context, House } from './context.js'
import { DocumentCache } from './document-cache.js'
import { useDocumentLimits } from './document-limits.js'
import { maskWith, useErrorShape } from './error-shape.js'
import { useFilePlaces } from './file-places.js'
import { useIntrospection } from './introspection.js'
import { formLimits, multipartLimits } from './multipart.js'
import { usePlainText } from './plain-text.js'
import { preflightHeader, useRequestRules } from './request-rules.js'
import { schema } from './schema/index.js'
import { useTimeLimits } from './time-limits.js'
import { useTrace } from './trace.js'
import { UploadQuota } from './upload-quota.js'
import { UploadRoom } from './upload-room.js'

export const graphqlPath = '/graphql'

/** What a page of a listed origin may send. */
const invitation = {
  methods: ['GET', 'POST'],
  allowedHeaders: ['content-type', 'authorization', 'idempotency-key', preflightHeader],
  // Its cookies count for nothing here (credentials.ts): it signs in with a token.
  credentials: false,
  maxAge: 600,
}

export type Yoga = ReturnType<typeof makeYoga>

/** @param reading connections for queries: each statement has a time limit */
export function makeYoga(house: House, reading = house.hall.db) {
  const { config } = house.hall
  const room = new UploadRoom(
    {
      requests: multipartLimits.inHand,
      bytes: multipartLimits.bytesInHand,
      shareOfToken: multipartLimits.shareOfToken,
    },
    {
      fullForMs: (client) => decodingPool.fullForMs(client) ?? house.serving.current?.fullForMs(client),
      giveWayTo: (client) => (house.serving.current?.giveWayTo(client) ?? false) || decodingPool.giveWayTo(client),
    },
  )
  return createYoga<Admission, Context>({
    schema,
    context: ({ actor, request, params }): Context => {
      if (actor instanceof WasteXError) throw actor
      return { ...house, actor, request, params }
    },
    graphqlEndpoint: graphqlPath,
    // A page of its own: graphiql.ts.
    graphiql: false,
    landingPage: false,
    // The console is served from here: no other site's scripts are invited, but those that a setting names.
    cors: (request) => (config.origins.includes(request.headers.get('origin') ?? '') ? invitation : false),
    batching: false,
    // What cannot be parsed is not kept: a client that repeats it has it parsed again.
    parserAndValidationCache: {
      documentCache: new DocumentCache(),
      errorCache: { get: () => undefined, set: () => undefined },
    },
    // Unexpected errors are logged where they are masked.
    logging: false,
    maskedErrors: { maskError: maskWith(house.hall.log) },
    maxRequestBodySize: multipartLimits.bytes,
    fetchAPI: createFetch({ formDataLimits: formLimits }),
    // In this order: what is refused early costs least.
    plugins: [
      useTrace(),
      useAdmission(),
      useRequestRules(room, new UploadQuota(config), config.origins),
      useDocumentLimits(),
      useIntrospection(config.introspection),
      usePlainText(),
      useFilePlaces(),
      useTimeLimits(config.queryMs, reading),
      useErrorShape(),
    ],
  })
}
