import os from 'node:os'
import { readFileSync } from 'node:fs'

/** In one line, for the table's foot. */
export function machine(): string {
  const [cpu] = os.cpus()
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const memory = Math.round(os.totalmem() / 2 ** 30)
  return `WasteX ${version}, ${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} × ${cpu?.model.trim()}, ${memory} GiB, ${os.type()} ${os.arch()}, Node ${process.versions.node}`
}
