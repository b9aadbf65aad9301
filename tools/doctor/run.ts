/** All looks, each told as soon as those before it are. What can be known at once comes first. */
import type { Config } from '../../src/config.js'
import { fail, type Finding } from './finding.js'
import { disks, memory, node, processor } from './machine.js'

let failed = false
function tell({ verdict, what, says }: Finding): void {
  failed ||= verdict === 'fail'
  console.log(`${verdict.padEnd(4)}  ${what.padEnd(16)} ${says}`)
}

/** @param restartedFrom the version of the Node that was found here, where WasteX does not support that */
export async function lookAtAll(restartedFrom: string | undefined): Promise<void> {
  tell(node(restartedFrom))
  tell(processor())
  tell(memory())
  const config = await configOrComplaint()
  if (config) {
    for (const disk of disks(config)) tell(await disk)
    // Loaded only now: they bring libraries with them, and the first lines are not to wait.
    const engines = await import('./engines.js')
    const looks = [engines.weights(config), engines.onnxruntime(), engines.tensorflow()]
    const own = await import('./settings.js')
    tell(own.settings(process.env))
    for (const limit of own.limits(config)) tell(limit)
    tell(await own.port(config))
    const { database } = await import('./database.js')
    for (const look of looks) tell(await look)
    // By itself: nobody goes away while a database that was started for the look is to be stopped again.
    tell(await database(config))
  }
  process.exitCode = failed ? 1 : 0
}

async function configOrComplaint(): Promise<Config | undefined> {
  const { readConfig } = await import('../../src/config.js')
  try {
    return readConfig()
  } catch (error) {
    tell(fail('settings', error instanceof Error ? error.message : String(error)))
    return undefined
  }
}
