/** `npm start`, after set-up: reads the settings, starts, says where, and stops when told to. */
import { readConfig } from './config.js'
import { messageOf } from './errors.js'
import { start } from './start.js'

const say = (line: string) => console.log(line)
/** Whoever sends SIGTERM sends SIGKILL ten seconds later. What has not ended by then goes on at the next start, as after a crash. */
const lastMomentMs = 9_000

try {
  const starting = start(readConfig(), say)
  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1) // asked twice: at once
    stopping = true
    say(`${signal}: stopping`)
    setTimeout(() => {
      say('Some work did not end in time: it goes on at the next start')
      process.exit(0)
    }, lastMomentMs).unref()
    // While it still starts, too: what it has started by then has to be stopped.
    starting
      .then((house) => house.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error)
          process.exit(1)
        },
      )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)

  const house = await starting
  if (!stopping) {
    say(`WasteX serves at ${house.address}`)
    for (const missing of await house.degraded()) say(`  but ${missing}`)
  }
} catch (error) {
  console.error(`WasteX cannot start. ${messageOf(error)}`)
  process.exit(1)
}
