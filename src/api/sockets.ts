/** Subscriptions over WebSocket, by the graphql-transport-ws protocol: the same limits and errors as over HTTP. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ExecutionArgs, ExecutionResult } from 'graphql'
import { CloseCode } from 'graphql-ws'
import { type Extra, useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { Credentials, SignIn } from '../access/sign-in.js'
import { WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { sockets as openSockets } from '../metrics.js'
import { during, type RequestInHand } from '../request.js'
import { admit } from './admission.js'
import { clientAddress } from './client-address.js'
import { credentialsOf } from './credentials.js'
import { maskWith } from './error-shape.js'
import { requestError } from './request-error.js'
import { isOwnOrigin } from './request-rules.js'
import { SocketCount } from './socket-count.js'
import { eachDuring, SocketTrace } from './socket-trace.js'
import { closeWhenStalled } from './stalled-sockets.js'
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
  /** Operations at once on one socket. */
  operations: 100,
  /** A client that reads nothing for so long, while there is something to read, is let go. */
  stalledMs: 10_000,
  /** Unsent bytes of one socket. */
  unsentBytes: 4 * 1024 * 1024,
})

/** Yoga's own execute and subscribe travel with the arguments. */
interface Executors {
  execute: (args: ExecutionArgs) => Promise<ExecutionResult>
  subscribe: (args: ExecutionArgs) => Promise<never>
  /** Each operation of a socket is a request of its own. */
  inHand: RequestInHand
}
const executorsOf = (args: ExecutionArgs) => args.rootValue as Executors

/** What a socket has shown at `connection_init`; each of its operations is asked again who it is. */
type Introduced = {
  credentials: Credentials
  letGo: () => void
}

const turnOut = ({ socket }: Extra) => socket.close(CloseCode.Unauthorized, 'Unauthorized')

/** @returns a function that says goodbye to every socket (1001). */
export function serveSockets(server: Server, yoga: Yoga, signIn: SignIn, { config, log }: Hall): () => Promise<void> {
  const count = new SocketCount({ sockets: config.maxSockets, perAddress: config.maxSocketsPerAddress })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: socketLimits.messageBytes })
  const mask = maskWith(log)
  const trace = new SocketTrace(log)
  const protocol = useServer<Record<string, unknown>, Introduced>(
    {
      // Says of its own failures what a client may hear, and no more.
      isProd: true,
      connectionInitWaitTimeout: socketLimits.initMs,
      async onConnect({ extra, connectionParams }) {
        extra.credentials = credentialsOf(extra.request, connectionParams)
        const actor = await admit(signIn.actorOf(extra.credentials))
        if (actor instanceof WasteXError) {
          turnOut(extra)
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
        const { inHand, execute } = executorsOf(args)
        try {
          return await during(inHand, () => execute(args))
        } catch (error) {
          return { errors: [during(inHand, () => mask(error))] }
        }
      },
      async subscribe(args) {
        const { inHand, subscribe } = executorsOf(args)
        return eachDuring(inHand, await during(inHand, () => subscribe(args)))
      },
      onNext(context, id, _payload, _args, { errors, data }) {
        return errors && { ...(data !== undefined && { data }), errors: trace.note(context, id, errors) }
      },
      onError(context, id, _payload, errors) {
        const noted = trace.note(context, id, errors)
        trace.end(context, id)
        return noted
      },
      onComplete: (context, id) => trace.end(context, id),
      async onSubscribe(context, id, params) {
        const inHand = trace.begin(context, id)
        // This one is among them.
        if (Object.keys(context.subscriptions).length > socketLimits.operations) return [tooManyOperations()]
        const { extra } = context
        const actor = extra.credentials
          ? await admit(signIn.actorOf(extra.credentials))
          : new WasteXError('UNAUTHENTICATED', 'Send `connection_init` first.')
        if (actor instanceof WasteXError) {
          turnOut(extra)
          return [mask(actor)]
        }
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
            rootValue: { execute, subscribe, inHand },
          }
        } catch (error) {
          return [during(inHand, () => mask(error))]
        }
      },
    },
    sockets,
    socketLimits.pingMs,
  )
  server.on('upgrade', (request, socket, head) => {
    // Without a listener a client that vanishes now would end the process.
    socket.on('error', (error) => log.debug({ error }, 'a socket broke off'))
    const refusal = refusalOf(request, config.origins)
    if (refusal) return refuse(socket, refusal)
    const leave = count.enter(clientAddress(request, config.trustedProxies))
    if (!leave) return refuse(socket, '503 Service Unavailable', 'Retry-After: 5\r\n')
    socket.once('close', leave)
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      closeWhenStalled(accepted, socket, socketLimits, log)
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
function refusalOf({ url, headers }: IncomingMessage, origins: readonly string[]): string | undefined {
  if (url?.split('?')[0] !== graphqlPath) return '404 Not Found'
  if (headers.origin === undefined || origins.includes(headers.origin)) return undefined
  return isOwnOrigin(headers.origin, headers.host) ? undefined : '403 Forbidden'
}

function refuse(socket: Duplex, status: string, more = ''): void {
  socket.end(`HTTP/1.1 ${status}\r\n${more}Connection: close\r\nContent-Length: 0\r\n\r\n`)
}

const tooManyOperations = () =>
  requestError(
    'BAD_USER_INPUT',
    400,
    `At most ${socketLimits.operations} operations at once on a socket. Complete some, or open another socket.`,
    { limit: socketLimits.operations },
  )
