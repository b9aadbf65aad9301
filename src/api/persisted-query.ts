/**
 * Persisted queries are not supported. A client that sends the hash of a query first (`extensions.persistedQuery`) is told so in the
 * words that Apollo's and urql's clients know: they send the whole query then, and stop sending hashes.
 */
import { GraphQLError } from 'graphql'

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Whether these parameters of an operation name a persisted query instead of saying it. */
export const isPersistedQuery = (params: unknown): boolean =>
  isObject(params) &&
  !params['query'] &&
  isObject(params['extensions']) &&
  isObject(params['extensions']['persistedQuery'])

/** Clients fall back by its message or its code, and some only when the status is 200. */
export const persistedQueryNotSupported = () =>
  new GraphQLError('PersistedQueryNotSupported', {
    extensions: {
      code: 'PERSISTED_QUERY_NOT_SUPPORTED',
      http: { status: 200, headers: { 'cache-control': 'no-store' } },
    },
  })
