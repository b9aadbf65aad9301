/** Settings and limits in force, and whether the port is free. Secrets are not shown. */
import net from 'node:net'
import path from 'node:path'
import { signInLimits } from '../../src/access/look-up.js'
import { multipartLimits } from '../../src/api/multipart.js'
import { documentLimits } from '../../src/api/document-limits.js'
import { maxJsonBytes } from '../../src/api/request-rules.js'
import { httpLimits } from '../../src/api/server.js'
import { socketLimits } from '../../src/api/sockets.js'
import { timeLimits } from '../../src/api/time-limits.js'
import type { Config } from '../../src/config.js'
import { photoLimits } from '../../src/photos/limits.js'
import { type Finding, gibibytes, ok, warn } from './finding.js'

/** What may hold a password or a token. */
const secret = /URL|TOKEN|SECRET|PASSWORD/

export function settings(environment: NodeJS.ProcessEnv): Finding {
  const given = Object.entries(environment).filter(
    ([name, value]) => value && /^(WASTEX_|HOST$|PORT$|DATABASE_URL$|LOG_LEVEL$)/.test(name),
  )
  const shown = given.map(([name, value]) => `${name}=${secret.test(name) ? '(hidden)' : value}`)
  return ok('settings', shown.length > 0 ? shown.join(' ') : 'all by default')
}

const onOff = (is: boolean) => (is ? 'on' : 'off')
const counted = (limits: object) => Object.entries(limits).map(([name, most]) => `${name} ${most}`)

export const limits = (config: Config): Finding[] => [
  ok('limits', `photo: ${counted(photoLimits).join(', ')}`),
  ok('limits', `request: JSON ${maxJsonBytes} bytes; multipart: ${counted(multipartLimits).join(', ')}`),
  ok('limits', `operation: ${counted(documentLimits).join(', ')}`),
  ok('limits', `time: queryMs ${config.queryMs}, ${counted(timeLimits).join(', ')}`),
  ok('limits', `HTTP: connections ${config.maxConnections}, ${counted(httpLimits).join(', ')}`),
  ok(
    'limits',
    `socket: sockets ${config.maxSockets}, perAddress ${config.maxSocketsPerAddress}, ${counted(socketLimits).join(', ')}`,
  ),
  ok('limits', `signing in: ${counted(signInLimits).join(', ')}`),
  ok(
    'limits',
    `kept: features ${gibibytes(config.featureCacheBytes)}, Idempotency-Keys ${config.idempotencyHours} h, unlabelled photos ${config.keepUnlabelledDays === undefined ? 'for ever' : `${config.keepUnlabelledDays} days`}`,
  ),
  ok(
    'access',
    `proxies trusted ${config.trustedProxies}, GraphiQL ${onOff(config.graphiql)}, introspection ${onOff(config.introspection)}, pages of ${['its own origin', ...config.origins].join(', ')}`,
  ),
  ok('import roots', config.importRoots.join(path.delimiter)),
]

export function port({ host, port: wanted }: Pick<Config, 'host' | 'port'>): Promise<Finding> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        warn(
          'port',
          `${host}:${wanted} ${error.code === 'EADDRINUSE' ? 'is taken: WasteX runs already, or PORT chooses another one' : `cannot be opened (${error.code}): correct HOST and PORT`}`,
        ),
      ),
    )
    server.listen(wanted, host, () => server.close(() => resolve(ok('port', `${host}:${wanted} is free`))))
  })
}
