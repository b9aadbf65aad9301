/** Every request has an id, one line in the log and a place in the metrics: over HTTP, and each operation of a socket. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type ExecutionResult, getOperationAST, type GraphQLFormattedError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Hall } from '../hall.js'
import type { Log } from '../log.js'
import { requests, requestSeconds, subscribers } from '../metrics.js'
import { currentRequest, during, type RequestInHand } from '../request.js'
import { isResult } from './execution-result.js'

export const requestIdHeader = 'x-request-id'
/** A proxy's own id is taken over if it can do no harm where it is shown. Anybody else's is not: it stands in the audit trail. */
const sane = /^[\w.:-]{1,128}$/

export function newRequest(given?: string | string[]): RequestInHand {
  const id = typeof given === 'string' && sane.test(given) ? given : randomUUID()
  return { id, startedAt: performance.now() }
}

/** Asked every few seconds by machines. */
const polled = new Set(['/health', '/ready', '/metrics'])

/** Bytes that a connection had brought when its last request was over. */
const bytesBefore = new WeakMap<Socket, number>()

/** Runs `answer` as a request of its own. */
export function traced(
  { config: { trustedProxies }, log }: Pick<Hall, 'config' | 'log'>,
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => void,
): void {
  const inHand = newRequest(trustedProxies > 0 ? request.headers[requestIdHeader] : undefined)
  const { socket } = request
  const path = request.url?.split('?')[0] ?? '/'
  response.setHeader(requestIdHeader, inHand.id)
  response.once('close', () => {
    const bytesIn = socket.bytesRead - (bytesBefore.get(socket) ?? 0)
    bytesBefore.set(socket, socket.bytesRead)
    const { statusCode: status, writableFinished } = response
    // Not the query behind the path: an operation that is sent by GET stands there, with its variables.
    const line = { method: request.method, path, status, bytesIn, ...(!writableFinished && { aborted: true }) }
    during(inHand, () => told(log, inHand, line, status, polled.has(path)))
  })
  during(inHand, answer)
}

/** @param line what the transport knows of it */
export function told(
  log: Log,
  inHand: RequestInHand,
  line: object,
  status: number | undefined,
  isPolled = false,
): void {
  const { operation, kind, startedAt } = inHand
  const code = inHand.code ?? (status === undefined || status < 400 ? 'OK' : String(status))
  const ms = Math.round((performance.now() - startedAt) * 10) / 10
  const write = isPolled ? log.debug.bind(log) : log.info.bind(log)
  write({ ...line, ...(kind && { kind }), ...(operation !== undefined && { operation }), code, ms }, 'request')
  requests.inc({ kind: kind ?? 'other', code })
  if (kind !== 'subscription') requestSeconds.observe({ kind: kind ?? 'other' }, ms / 1000)
}

function noteOperation(args: Parameters<typeof getOperationAST>[0], name: string | null | undefined): void {
  const inHand = currentRequest()
  const operation = getOperationAST(args, name)
  if (!inHand || !operation) return
  inHand.kind = operation.operation
  inHand.operation = operation.name?.value
}

type Coded = Pick<GraphQLFormattedError, 'extensions'>

/** @param errors as the client sees them */
export function noteErrors(request: RequestInHand, errors: ExecutionResult['errors'] | readonly Coded[]) {
  const [error] = errors ?? []
  if (!error) return
  const code = error.extensions?.['code']
  request.code ??= typeof code === 'string' ? code : 'ERROR'
}

/** First among the plugins: it sees what the others refuse. */
export const useTrace = (): Plugin => ({
  onExecute({ args }) {
    noteOperation(args.document, args.operationName)
    return undefined
  },
  onSubscribe({ args }) {
    noteOperation(args.document, args.operationName)
    return {
      onSubscribeResult({ result }) {
        if (isResult(result)) return undefined
        subscribers.inc()
        return { onEnd: () => subscribers.dec() }
      },
    }
  },
  // As they are sent, and of what never became an operation, too.
  onResultProcess({ result }) {
    const request = currentRequest()
    if (request && isResult(result)) noteErrors(request, result.errors)
  },
})
