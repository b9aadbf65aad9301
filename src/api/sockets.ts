/** Subscriptions over WebSocket, by the graphql-transport-ws protocol: the same limits and errors as over HTTP. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ExecutionArgs, GraphQLError } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { Log } from '../log.js'
import { sockets as openSockets } from '../metrics.js'
import { during, type RequestInHand } from '../request.js'
import { maskWith } from './error-shape.js'
import { isOwnOrigin } from './request-rules.js'
import { rewriteError } from './rewrite-error.js'
import { eachDuring, SocketTrace } from './socket-trace.js'
import { graphqlPath, type Yoga } from './yoga.js'

export const socketLimits = {
  /** Bytes of one message. */
  messageBytes: 64 * 1024,
  /** Until a new socket must have said `connection_init`. */
  initMs: 3_000,
  /** Between pings; a socket that answers none is closed. */
  pingMs: 12_000,
  /** For a socket to close when the server does. */
  goodbyeMs: 2_000,
} as const

/** Yoga's own execute and subscribe travel with the arguments. */
interface Executors {
  execute: (args: ExecutionArgs) => never
  subscribe: (args: ExecutionArgs) => Promise<never>
  /** Each operation of a socket is a request of its own. */
  inHand: RequestInHand
}
const executorsOf = (args: ExecutionArgs) => args.rootValue as Executors

/** @returns a function that says goodbye to every socket (1001). */
export function serveSockets(server: Server, yoga: Yoga, log: Log): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: socketLimits.messageBytes })
  const mask = maskWith(log)
  const trace = new SocketTrace(log)
  const protocol = useServer(
    {
      // Says of its own failures what a client may hear, and no more.
      isProd: true,
      connectionInitWaitTimeout: socketLimits.initMs,
      execute: (args) => during(executorsOf(args).inHand, () => executorsOf(args).execute(args)),
      async subscribe(args) {
        const { inHand, subscribe } = executorsOf(args)
        return eachDuring(inHand, await during(inHand, () => subscribe(args)))
      },
      onNext: (context, id, _payload, _args, { errors }) => trace.note(context, id, errors),
      onError(context, id, _payload, errors) {
        trace.note(context, id, errors)
        trace.end(context, id)
      },
      onComplete: (context, id) => trace.end(context, id),
      async onSubscribe(context, id, params) {
        const inHand = trace.begin(context, id)
        const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
          ...context,
          // A message is a POST: a mutation is no link that a browser follows.
          request: new Request(`http://socket${graphqlPath}`, { method: 'POST' }),
          params,
        })
        try {
          const document = parse(params.query)
          const errors = validate(schema, document)
          if (errors.length > 0) return withoutHttp(errors)
          return {
            schema,
            document,
            operationName: params.operationName,
            variableValues: params.variables,
            contextValue: await contextFactory(),
            rootValue: { execute, subscribe, inHand },
          }
        } catch (error) {
          return during(inHand, () => withoutHttp([mask(error)]))
        }
      },
    },
    sockets,
    socketLimits.pingMs,
  )
  server.on('upgrade', (request, socket, head) => {
    // Without a listener a client that vanishes now would end the process.
    socket.on('error', (error) => log.debug({ error }, 'a socket broke off'))
    const refusal = refusalOf(request)
    if (refusal) return refuse(socket, refusal)
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      openSockets.inc()
      accepted.once('close', () => openSockets.dec())
      sockets.emit('connection', accepted, request)
      // graphql-ws would print a stack to the console for every message that is too large; ws has closed it by then.
      accepted.removeAllListeners('error')
      accepted.on('error', (error) => log.debug({ error }, 'a socket failed'))
    })
  })
  return async () => {
    // One that has stalled would not say goodbye for half a minute.
    const patience = setTimeout(() => sockets.clients.forEach((client) => client.terminate()), socketLimits.goodbyeMs)
    await protocol.dispose()
    clearTimeout(patience)
  }
}

/** Browsers open sockets to anybody without asking, but they say from which page. Other clients send no Origin. */
function refusalOf({ url, headers }: IncomingMessage): string | undefined {
  if (url?.split('?')[0] !== graphqlPath) return '404 Not Found'
  if (headers.origin !== undefined && !isOwnOrigin(headers.origin, headers.host)) return '403 Forbidden'
  return undefined
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** The HTTP status that an error would have had is nothing to a socket. */
const withoutHttp = (errors: readonly GraphQLError[]) =>
  errors.map((error) => {
    const { http: _http, ...extensions } = error.extensions
    return rewriteError(error, { message: error.message, extensions })
  })
