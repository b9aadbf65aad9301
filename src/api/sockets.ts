/** Subscriptions over WebSocket, by the graphql-transport-ws protocol: the same limits and errors as over HTTP. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ExecutionArgs, ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql'
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import type { Credentials, SignIn } from '../access/sign-in.js'
import type { Config } from '../config.js'
import { WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { sockets as openSockets } from '../metrics.js'
import { currentRequest } from '../request.js'
import { admit, clientOf } from './admission.js'
import { withoutBasePath } from './base-path.js'
import { clientAddress } from './client-address.js'
import type { Connections } from './connections.js'
import { credentialsOf } from './credentials.js'
import { maskWith } from './error-shape.js'
import { withRequestId } from './errors-for-clients.js'
import { isPersistedQuery, persistedQueryNotSupported } from './persisted-query.js'
import { requestError } from './request-error.js'
import { isOwnOrigin } from './request-rules.js'
import { SocketCount } from './socket-count.js'
import { begin, type OpenSocket, speak } from './socket-operations.js'
import { noteErrors } from './trace.js'
import { graphqlPath, type Yoga } from './yoga.js'

export const socketLimits = Object.freeze({
  /** Bytes of one message. */
  messageBytes: 64 * 1024,
  /** Until a new socket must have said `connection_init`. */
  initMs: 3_000,
  /** Between pings; a socket that answers none is closed. */
  pingMs: 12_000,
  /** For a socket to close when the server does. */
  goodbyeMs: 2_000,
  /** Operations at once on one socket; one that the client has completed counts until it has ended. */
  operations: 100,
  /** Unsent bytes of one socket. */
  unsentBytes: 4 * 1024 * 1024,
})

/** Yoga's own execute and subscribe travel with the arguments. */
interface Executors {
  execute: (args: ExecutionArgs) => Promise<ExecutionResult>
  subscribe: (args: ExecutionArgs) => Promise<never>
}
const executorsOf = (args: ExecutionArgs) => args.rootValue as Executors

/** What a socket has shown at `connection_init`; each of its operations is asked again who it is. */
interface Introduced extends OpenSocket {
  credentials?: Credentials
  letGo?: () => void
}

/** RFC 6455 has no name for it, IANA's list of closing codes has: whoever is closed so comes again by itself. */
const tryAgainLater = 1013

/** @param why left out: the token was revoked. Who somebody is may only be unknown just now: that is no refusal for good. */
function turnOut({ socket }: OpenSocket, why?: WasteXError): void {
  if (why?.code === 'OVERLOADED') socket.close(tryAgainLater, 'Try again later')
  else socket.close(CloseCode.Unauthorized, 'Unauthorized')
}

/** @returns a function that says goodbye to every socket (1001). */
export function serveSockets(
  server: Server,
  yoga: Yoga,
  signIn: SignIn,
  { config, log }: Hall,
  connections: Connections,
): () => Promise<void> {
  const count = new SocketCount({ sockets: config.maxSockets, perAddress: config.maxSocketsPerAddress })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: socketLimits.messageBytes, handleProtocols })
  const mask = maskWith(log)
  const protocol = makeServer<Record<string, unknown>, Introduced>({
    connectionInitWaitTimeout: socketLimits.initMs,
    async onConnect({ extra, connectionParams }) {
      extra.credentials = credentialsOf(extra.request, connectionParams)
      const actor = await admit(signIn.actorOf(extra.credentials))
      if (actor instanceof WasteXError) {
        turnOut(extra, actor)
        return false
      }
      const letGo = signIn.hold(actor, () => turnOut(extra))
      if (extra.socket.readyState === extra.socket.OPEN) extra.letGo = letGo
      else letGo() // it went while it was looked up
      return true
    },
    onClose: ({ extra }) => extra.letGo?.(),
    // What it throws would close the socket, with all that is on it.
    async execute(args) {
      try {
        return await executorsOf(args).execute(args)
      } catch (error) {
        return { errors: [mask(error)] }
      }
    },
    subscribe: (args) => executorsOf(args).subscribe(args),
    onNext: (_context, _id, _payload, _args, { errors, data }) =>
      errors && { ...(data !== undefined && { data }), errors: noted(errors) },
    onError: (_context, _id, _payload, errors) => noted(errors),
    async onSubscribe({ extra }, id, params) {
      if (!begin(extra, id)) {
        extra.socket.close(CloseCode.SubscriberAlreadyExists, 'Subscriber already exists')
        return [idInUse()]
      }
      // This one is among them.
      if (extra.operations.size > socketLimits.operations) return [tooManyOperations()]
      const actor = extra.credentials
        ? await admit(signIn.actorOf(extra.credentials))
        : new WasteXError('UNAUTHENTICATED', 'Send `connection_init` first.')
      if (actor instanceof WasteXError) {
        turnOut(extra, actor)
        return [mask(actor)]
      }
      const inHand = currentRequest()
      if (inHand) inHand.client = clientOf(actor, clientAddress(extra.request, config.trustedProxies))
      if (isPersistedQuery(params)) return [persistedQueryNotSupported()]
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        actor,
        // A message is a POST: a mutation is no link that a browser follows.
        request: new Request(`http://socket${graphqlPath}`, { method: 'POST' }),
        params,
      })
      try {
        const document = parse(params.query)
        const errors = validate(schema, document)
        if (errors.length > 0) return errors
        return {
          schema,
          document,
          operationName: params.operationName,
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        }
      } catch (error) {
        return [mask(error)]
      }
    },
  })
  server.on('upgrade', (request, socket, head) => {
    // Without a listener a client that vanishes now would end the process.
    socket.on('error', (error) => log.debug({ error }, 'a socket broke off'))
    const refusal = refusalOf(request, config)
    if (refusal) return refuse(socket, refusal)
    const { socket: line } = request
    const leave = connections.isOnReserve(line) ? undefined : count.enter(clientAddress(request, config.trustedProxies))
    if (!leave) return refuse(socket, '503 Service Unavailable', 'Retry-After: 5\r\n')
    socket.once('close', leave)
    // As long as it is open: nobody is given its place.
    connections.busy(line)
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      openSockets.inc()
      accepted.once('close', () => openSockets.dec())
      accepted.on('error', (error) => log.debug({ error }, 'a socket failed'))
      speak(protocol, { socket: accepted, request, operations: new Map() }, socketLimits, log)
    })
  })
  return async () => {
    for (const client of sockets.clients) client.close(1001, 'Going away')
    // One that has stalled would not say goodbye for half a minute.
    const patience = setTimeout(() => sockets.clients.forEach((client) => client.terminate()), socketLimits.goodbyeMs)
    await new Promise((resolve) => sockets.close(resolve))
    clearTimeout(patience)
  }
}

/** Browsers open sockets to anybody without asking, but they say from which page. Other clients send no Origin. */
function refusalOf(
  { url = '', headers }: IncomingMessage,
  { basePath, origins }: Pick<Config, 'basePath' | 'origins'>,
): string | undefined {
  if (withoutBasePath(url, basePath).split('?')[0] !== graphqlPath) return '404 Not Found'
  if (headers.origin === undefined || origins.includes(headers.origin)) return undefined
  return isOwnOrigin(headers.origin, headers.host) ? undefined : '403 Forbidden'
}

function refuse(socket: Duplex, status: string, more = ''): void {
  // It may keep its own side open: then nothing else would ever close this one, and the server would wait for it when it ends.
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\n${more}Connection: close\r\nContent-Length: 0\r\n\r\n`)
}

const idInUse = () =>
  requestError('BAD_USER_INPUT', 400, 'Another operation has this id, and has not ended. Take a new one for each.')

const tooManyOperations = () =>
  requestError(
    'BAD_USER_INPUT',
    400,
    `At most ${socketLimits.operations} operations at once on a socket. Complete some, or open another socket.`,
    { limit: socketLimits.operations },
  )

/** @returns the errors as they are sent: with the request's id, and without the HTTP status, which is nothing to a socket */
function noted(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
  const request = currentRequest()
  if (request) noteErrors(request, errors)
  return errors.map((error) => {
    const { http: _http, ...extensions } = error.extensions
    return { ...error.toJSON(), extensions: withRequestId(extensions) }
  })
}
