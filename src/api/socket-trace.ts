/** Each operation of a socket is a request of its own: an id, a line in the log, a place in the metrics. */
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import type { Log } from '../log.js'
import { during, type RequestInHand } from '../request.js'
import { withRequestId } from './errors-for-clients.js'
import { newRequest, noteErrors, told } from './trace.js'

/** graphql-ws' context, one a socket. */
type OfSocket = object

/** By socket, then by the id that the client gave the operation. */
export class SocketTrace {
  private readonly inHand = new WeakMap<OfSocket, Map<string, RequestInHand>>()

  constructor(private readonly log: Log) {}

  begin(socket: OfSocket, id: string): RequestInHand {
    const request = newRequest()
    const ofSocket = this.inHand.get(socket) ?? new Map<string, RequestInHand>()
    this.inHand.set(socket, ofSocket.set(id, request))
    return request
  }

  /** @returns the errors as they are sent: with the request's id, and without the HTTP status, which is nothing to a socket */
  note(socket: OfSocket, id: string, errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    const request = this.inHand.get(socket)?.get(id)
    if (request) noteErrors(request, errors)
    return errors.map((error) => {
      const { http: _http, ...extensions } = error.extensions
      return { ...error.toJSON(), extensions: withRequestId(extensions, request) }
    })
  }

  end(socket: OfSocket, id: string): void {
    const request = this.inHand.get(socket)?.get(id)
    if (!request) return
    this.inHand.get(socket)?.delete(id)
    during(request, () => told(this.log, request, { socket: true }, undefined))
  }
}

/** What is computed for each value belongs to the request that subscribed. */
export function eachDuring<T>(request: RequestInHand, result: T): T {
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return result
  const inner = result as unknown as AsyncGenerator
  const traced: AsyncGenerator = {
    [Symbol.asyncIterator]: () => traced,
    next: (value) => during(request, () => inner.next(value)),
    return: (value) => during(request, () => inner.return(value)),
    throw: (error) => during(request, () => inner.throw(error)),
  }
  return traced as unknown as T
}
