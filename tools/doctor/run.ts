/** All looks, each told as soon as those before it are. What can be known at once comes first. */
import { type Config, readConfig } from '../../src/config.js'
import { messageOf } from '../../src/errors.js'
import { fail, type Finding, ok } from './finding.js'
import { disks, memory, processor } from './machine.js'

let failed = false
function tell({ verdict, what, says }: Finding): void {
  failed ||= verdict === 'fail'
  console.log(`${verdict.padEnd(4)}  ${what.padEnd(16)} ${says}`)
}

tell(ok('Node', `${process.version}, ${process.platform} ${process.arch}`))
tell(processor())
tell(memory())
const config = configOrComplaint()
if (config) {
  for (const disk of disks(config)) tell(await disk)
  // Loaded only now: they bring libraries with them, and the first lines are not to wait.
  const engines = await import('./engines.js')
  const looks = [engines.weights(config), engines.onnxruntime(), engines.tensorflow()]
  const own = await import('./settings.js')
  tell(own.settings(process.env))
  for (const limit of own.limits()) tell(limit)
  tell(await own.port(config))
  const { database } = await import('./database.js')
  for (const look of [...looks, database(config)]) tell(await look)
}
process.exitCode = failed ? 1 : 0

function configOrComplaint(): Config | undefined {
  try {
    return readConfig()
  } catch (error) {
    tell(fail('settings', messageOf(error)))
    return undefined
  }
}
