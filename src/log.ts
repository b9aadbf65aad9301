/** Structured logs, on standard error: standard output belongs to what a person reads at start. */
import pino from 'pino'
import { currentRequest } from './request.js'

export type Log = pino.Logger

/** Names under which what lets somebody in may come into a log. */
const secrets = ['authorization', 'cookie', '["set-cookie"]', 'token', 'password']
const at = (place: string) => secrets.map((name) => (name.startsWith('[') ? `${place}${name}` : `${place}.${name}`))

/** Every line of a request carries its id. */
export const createLog = (level: string): Log =>
  pino(
    {
      level,
      base: null,
      serializers: { error: pino.stdSerializers.err },
      redact: [...secrets, ...at('headers'), ...at('*'), ...at('*.headers')],
      mixin() {
        const request = currentRequest()
        return request ? { requestId: request.id } : {}
      },
    },
    pino.destination(2),
  )
