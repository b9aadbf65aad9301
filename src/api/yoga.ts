/** GraphQL as one thing, before it is HTTP or WebSocket: schema, limits, errors. */
import { createFetch } from '@whatwg-node/fetch'
import { createYoga } from 'graphql-yoga'
import { WasteXError } from '../errors.js'
import { type Admission, useAdmission } from './admission.js'
import type { Context, House } from './context.js'
import { useDocumentLimits } from './document-limits.js'
import { maskWith, useErrorShape } from './error-shape.js'
import { useIntrospection } from './introspection.js'
import { maxMultipartBytes, maxUploads } from './multipart.js'
import { usePlainText } from './plain-text.js'
import { maxJsonBytes, useRequestRules } from './request-rules.js'
import { schema } from './schema/index.js'

export const graphqlPath = '/graphql'

export type Yoga = ReturnType<typeof makeYoga>

export function makeYoga(house: House) {
  return createYoga<Admission, Context>({
    schema,
    context: ({ actor }): Context => {
      if (actor instanceof WasteXError) throw actor
      return { ...house, actor }
    },
    graphqlEndpoint: graphqlPath,
    // A page of its own: graphiql.ts.
    graphiql: false,
    landingPage: false,
    // No other site's scripts are invited. The console is served from here.
    cors: false,
    batching: false,
    // Unexpected errors are logged where they are masked.
    logging: false,
    maskedErrors: { maskError: maskWith(house.hall.log) },
    maxRequestBodySize: maxMultipartBytes,
    fetchAPI: createFetch({
      formDataLimits: { files: maxUploads, fieldSize: maxJsonBytes, fields: 2, parts: maxUploads + 2 },
    }),
    // In this order: what is refused early costs least.
    plugins: [
      useAdmission(),
      useRequestRules(),
      useDocumentLimits(),
      useIntrospection(house.hall.config.introspection),
      usePlainText(),
      useErrorShape(),
    ],
  })
}
