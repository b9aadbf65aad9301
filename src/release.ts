/** Which WasteX this is. */
import { readFileSync } from 'node:fs'

/** Whether this is a build (tools/setup/build.mjs), and not its TypeScript, as in tests and tools. */
export const isBuilt = !new URL(import.meta.url).pathname.endsWith('.ts')

/** A build has a copy of its own: the clone's belongs to a newer WasteX once that was updated beside a server that runs. */
const manifest = new URL(isBuilt ? './package.json' : '../package.json', import.meta.url)

export const { version: release, dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
  version: string
  /** Exact versions. */
  dependencies: Readonly<Record<string, string>>
}
