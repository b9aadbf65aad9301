/** Structured logs, on standard error: standard output belongs to what a person reads at start. */
import pino from 'pino'

export type Log = pino.Logger

export const createLog = (level: string): Log =>
  pino({ level, base: null, serializers: { error: pino.stdSerializers.err } }, pino.destination(2))
