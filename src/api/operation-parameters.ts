/** What a request must say to be an operation, however it is sent. */
import type { GraphQLParams } from 'graphql-yoga'
import { z } from 'zod'
import { given } from './given.js'

export const OperationParameters = z
  .object({
    query: z.string(),
    operationName: z.string().nullish(),
    variables: z.record(z.string(), z.unknown()).nullish(),
    extensions: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform(({ variables, ...rest }): GraphQLParams => ({ ...given(rest), ...(variables && { variables }) }))

export const shapeOfOperation = 'one operation: { "query": "...", "variables": { ... } }'
