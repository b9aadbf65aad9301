/** For commands: a database for as long as something is done with it. Nothing is left running, whatever ends the command. */
import type { Config } from '../config.js'
import { type Embedded, startEmbedded } from './embedded.js'
import { openDatabase, type OpenDatabase } from './open.js'

type Say = (line: string) => void
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** @param say gets a line for each thing that a person at the terminal should know */
export const useDatabase = <T>(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  say: Say,
  use: (database: OpenDatabase) => Promise<T>,
): Promise<T> => usingIt((signal) => openDatabase(config, say, signal), use)

/** The built-in PostgreSQL as it is: nothing in it is changed. */
export const useEmbedded = <T>(dataDir: string, say: Say, use: (server: Embedded) => Promise<T>): Promise<T> =>
  usingIt((signal) => startEmbedded(dataDir, say, { signal }), use)

async function usingIt<S extends { stop(): Promise<void> }, T>(
  open: (signal: AbortSignal) => Promise<S>,
  use: (server: S) => Promise<T>,
): Promise<T> {
  const calledOff = new AbortController()
  const cut = new Promise<never>((_resolve, reject) => {
    calledOff.signal.addEventListener('abort', () => reject(calledOff.signal.reason as Error))
  })
  cut.catch(() => undefined) // it comes after the end, or is raced below
  let got: NodeJS.Signals | undefined
  const stop = (signal: NodeJS.Signals) => {
    got = signal
    calledOff.abort(new Error(`${signal}: stopped.`))
  }
  for (const signal of signals) process.on(signal, stop)
  try {
    const server = await open(calledOff.signal)
    try {
      return await Promise.race([use(server), cut])
    } finally {
      await server.stop()
    }
  } finally {
    for (const signal of signals) process.off(signal, stop)
    // What is still being done is not waited for: nobody catches the signal any more.
    if (got) process.kill(process.pid, got)
  }
}
