/** Settings and limits in force, and whether the port is free. Secrets are not shown. */
import net from 'node:net'
import { multipartLimits } from '../../src/api/multipart.js'
import { documentLimits } from '../../src/api/document-limits.js'
import { maxJsonBytes } from '../../src/api/request-rules.js'
import { socketLimits } from '../../src/api/sockets.js'
import type { Config } from '../../src/config.js'
import { photoLimits } from '../../src/photos/limits.js'
import { type Finding, ok, warn } from './finding.js'

/** What may hold a password or a token. */
const secret = /URL|TOKEN|SECRET|PASSWORD/

export function settings(environment: NodeJS.ProcessEnv): Finding {
  const given = Object.entries(environment).filter(
    ([name, value]) => value && /^(WASTEX_|HOST$|PORT$|DATABASE_URL$|LOG_LEVEL$)/.test(name),
  )
  const shown = given.map(([name, value]) => `${name}=${secret.test(name) ? '(hidden)' : value}`)
  return ok('settings', shown.length > 0 ? shown.join(' ') : 'all by default')
}

const counted = (limits: object) => Object.entries(limits).map(([name, most]) => `${name} ${most}`)

export const limits = (): Finding[] => [
  ok('limits', `photo: ${counted(photoLimits).join(', ')}`),
  ok('limits', `request: JSON ${maxJsonBytes} bytes; multipart: ${counted(multipartLimits).join(', ')}`),
  ok('limits', `operation: ${counted(documentLimits).join(', ')}`),
  ok('limits', `socket: ${counted(socketLimits).join(', ')}`),
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
