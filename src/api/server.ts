/** The one HTTP server: GraphQL and its sockets, files, health. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SignIn } from '../access/sign-in.js'
import type { Config } from '../config.js'
import { connect } from '../db.js'
import { WasteXError } from '../errors.js'
import { currentRequest } from '../request.js'
import { admit, clientOf, isAdmitted } from './admission.js'
import { withoutBasePath } from './base-path.js'
import { clientAddress } from './client-address.js'
import { Connections } from './connections.js'
import { serveConsole } from './console.js'
import type { House } from './context.js'
import { credentialsOf } from './credentials.js'
import { serveFile } from './files.js'
import { serveGraphiQL, wantsGraphiQL } from './graphiql.js'
import { sendError } from './http-error.js'
import { serveMetrics } from './metrics.js'
import { type ModelState, readinessOf } from './readiness.js'
import { whenOver } from './response-over.js'
import { serveSession, sessionPath } from './session.js'
import { serveSockets } from './sockets.js'
import { hangUpWhenStalled } from './stalled-readers.js'
import { traced } from './trace.js'
import { inTurn } from './turn.js'
import { graphqlPath, makeYoga } from './yoga.js'

export interface Server {
  /** `http://127.0.0.1:4000`, and the base path */
  readonly address: string
  /** Takes no more; finishes what it has, for a few seconds; says goodbye to subscribers. */
  close(): Promise<void>
}

export const httpLimits = Object.freeze({
  /** For requests in hand when the server closes. */
  graceMs: 5_000,
  /** For the head of a request to arrive. */
  headersMs: 10_000,
  /** For a request to arrive whole: eight photos over a bad line. */
  requestMs: 120_000,
  /** Between two requests on one connection; somewhat more than proxies keep theirs. */
  keepAliveMs: 75_000,
  /** Bytes of a request's head. */
  headerBytes: 16 * 1024,
  /** How much later than an operation its statement is ended: the operation's own answer says it better. */
  lateMs: 1_000,
  /** For which a client takes nothing of what there is for it: an answer, a stream, a file, a socket's messages. */
  stalledMs: 10_000,
  /** After which whoever found no free connection may try again. */
  retryMs: 5_000,
  /** How often the first two times are looked at. */
  checkMs: 2_000,
})
/** A request names a path; this stands before it. */
const base = 'http://server'
/** Connections for queries, whose statements have a time limit; what changes something has the house's. */
const readingConnections = 8

/**
 * @param model what `/ready` says of it
 * @throws Error for people, when the port is taken
 */
export async function startServer(house: House, signIn: SignIn, model: ModelState): Promise<Server> {
  const { config, log } = house.hall
  const reading = connect(house.hall.databaseUrl, readingConnections, config.queryMs + httpLimits.lateMs)
  const yoga = makeYoga(house, reading)
  const streams = new Set<ServerResponse>()
  const connections = new Connections({
    connections: config.maxConnections,
    perAddress: config.maxConnectionsPerAddress,
  })
  const ready = readinessOf(house.hall, model)
  const admitted = async (request: IncomingMessage) => {
    const actor = await admit(signIn.actorOf(credentialsOf(request)))
    const inHand = currentRequest()
    if (inHand) inHand.client = clientOf(actor, clientAddress(request, config.trustedProxies))
    return actor
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    response.setHeader('x-content-type-options', 'nosniff')
    // `//` would be an address without a host.
    if (!URL.canParse(request.url ?? '/', base)) return response.writeHead(400).end()
    const url = new URL(request.url ?? '/', base)
    // Without a slash at its end, a browser would look for all that is below it in another place.
    if (url.pathname === config.basePath) return response.writeHead(308, { location: `${config.basePath}/` }).end()
    // They are looked at every few seconds, and are to tell the truth in a flood, too.
    if (url.pathname === '/health') return sendJson(response, 200, { status: 'alive' })
    if (url.pathname === '/ready') {
      const { status, ...reasons } = await ready()
      // They name runs and say what fails inside.
      const mayHear = credentialsOf(request).isLocal || isAdmitted(await admitted(request), 'OPERATOR')
      return sendJson(response, status === 'failed' ? 503 : 200, { status, ...(mayHear && reasons) })
    }
    if (connections.isOnReserve(request.socket) && !isAdmitted(await admitted(request), 'OPERATOR')) {
      response.setHeader('connection', 'close')
      throw tooManyConnections()
    }
    if (url.pathname === graphqlPath) {
      if (wantsGraphiQL(request, url)) return serveGraphiQL(config, request, response)
      const actor = await admitted(request)
      if (response.closed) return // the client hung up while it was looked up
      if (!(actor instanceof WasteXError)) {
        streams.add(response)
        const letGo = signIn.hold(actor, () => endStream(response))
        response.once('close', () => {
          streams.delete(response)
          letGo()
        })
      }
      return yoga(request, response, { actor })
    }
    if (url.pathname === sessionPath) return serveSession(config, signIn, request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return response.writeHead(405, { allow: 'GET, HEAD' }).end()
    if (url.pathname.startsWith('/files/'))
      return serveFile(house.hall, await admitted(request), request, response, url.pathname)
    if (url.pathname === '/metrics') return serveMetrics(house, await admitted(request), request, response)
    if (await serveConsole(request, response, url.pathname)) return undefined
    if (url.pathname === '/')
      return response.setHeader('content-type', 'text/plain; charset=utf-8').end(withoutConsole(config))
    return response.writeHead(404).end()
  }

  const settings = {
    headersTimeout: httpLimits.headersMs,
    requestTimeout: httpLimits.requestMs,
    keepAliveTimeout: httpLimits.keepAliveMs,
    maxHeaderSize: httpLimits.headerBytes,
    connectionsCheckingInterval: httpLimits.checkMs,
  }
  const server = http.createServer(settings, (request, response) => {
    request.url = withoutBasePath(request.url ?? '/', config.basePath)
    whenOver(response, connections.busy(request.socket))
    inTurn(request, response, () =>
      traced(house.hall, request, response, () => {
        answer(request, response).catch((error: unknown) => {
          // A client that went away while it was being answered is nobody's fault.
          if (response.destroyed) return
          if (!response.headersSent) return sendError(response, error, log)
          log.error({ error }, 'an answer broke off')
          response.destroy()
        })
      }),
    )
  })
  server.on('connection', (line) => {
    hangUpWhenStalled(line, httpLimits.stalledMs, log)
    connections.enter(line)
  })
  const closeSockets = serveSockets(server, yoga, signIn, house.hall, connections)
  await listen(server, config.host, config.port)
  const { port } = server.address() as AddressInfo
  return {
    address: `http://${hostForPeople(config.host)}:${port}${config.basePath}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const patience = setTimeout(() => server.closeAllConnections(), httpLimits.graceMs)
      await closeSockets()
      for (const stream of streams) endStream(stream)
      server.closeIdleConnections()
      await closed
      clearTimeout(patience)
      await yoga.dispose()
      await reading.$disconnect()
    },
  }
}

/** What answers once is left alone: it ends by itself. */
function endStream(response: ServerResponse): void {
  const type = String(response.getHeader('content-type') ?? '')
  if (/^(text\/event-stream|multipart\/mixed)/.test(type)) response.end()
}

const tooManyConnections = () =>
  new WasteXError(
    'OVERLOADED',
    'There are too many connections, from this address or in total. The remaining ones are reserved for operators. Try again in a moment.',
    { retryAfterMs: httpLimits.retryMs },
  )

function sendJson(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const withoutConsole = ({ basePath }: Pick<Config, 'basePath'>) =>
  `The console is not built here: \`npm run build\` makes it. The API is at ${basePath}${graphqlPath}.\n`

const listen = (server: http.Server, host: string, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} on ${host} is taken. PORT chooses another one (0: any that is free).`)
          : error,
      ),
    )
    server.listen(port, host, resolve)
  })

const hostForPeople = (host: string) =>
  host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
