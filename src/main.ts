/** `npm start`, after set-up: reads the settings, starts, says where, and stops when told to. */
import { ownFilesOnly } from './own-folders.js'
import { readConfig } from './config.js'
import { messageOf } from './errors.js'
import { start } from './start.js'

const say = (line: string) => console.log(line)
/** Whoever sends SIGTERM sends SIGKILL ten seconds later. What has not ended by then goes on at the next start, as after a crash. */
const lastMomentMs = 9_000
/** One Ctrl-C reaches a server under npm more than once: the terminal sends it, and npm passes its own on. */
const sameKeyMs = 500
/**
 * A thread that computes cannot be stopped from outside: a process that exits meanwhile ends by SIGSEGV or SIGABRT, whatever its exit
 * code was to be. The signal itself, which nobody catches any more, ends it in order, as far as there is one.
 */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

/** Aborted by the signal that stops us: a start that is under way waits for nothing any more. */
const calledOff = new AbortController()

ownFilesOnly()
try {
  const starting = start(readConfig(), say, calledOff.signal)
  let stopping = false
  let askedAt = 0
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) {
      const isSameKey = signal === 'SIGINT' && performance.now() - askedAt < sameKeyMs
      return isSameKey ? undefined : endBy(signal) // asked twice: at once
    }
    stopping = true
    askedAt = performance.now()
    say(`${signal}: stopping`)
    setTimeout(() => {
      say('Some work did not end in time: it goes on at the next start')
      endBy(signal)
    }, lastMomentMs).unref()
    // While it still starts, too: what it has started by then has to be stopped.
    calledOff.abort(new Error(`${signal} came while WasteX started.`))
    starting
      .then(
        (started) => started.close(),
        () => [], // it has stopped what it had started
      )
      .then(
        (problems) => {
          // It has stopped, as it was told to; whatever a part could not put in order, the next start does.
          for (const problem of problems) console.error(`While stopping: ${problem}`)
          process.exit(0)
        },
        (error: unknown) => {
          console.error(error)
          process.exit(1)
        },
      )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)

  const started = await starting
  if (!stopping) {
    say(`WasteX serves at ${started.address}`)
    for (const missing of await started.degraded()) say(`  but ${missing}`)
  }
} catch (error) {
  if (calledOff.signal.aborted) process.exit(0) // it was told to stop while it started
  console.error(`WasteX cannot start. ${messageOf(error)}`)
  process.exit(1)
}
