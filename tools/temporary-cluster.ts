/** A PostgreSQL of its own for a test run or a tool, in a folder that goes when the process ends, however it ends. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startEmbedded } from '../src/database/embedded.js'

export interface TemporaryCluster {
  /** The address of a database in the cluster; `postgres` is there from the start. */
  url(database: string): string
  stop(): Promise<void>
}

export async function startTemporaryCluster(): Promise<TemporaryCluster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'wastex-temporary-'))
  chmodSync(folder, 0o755)
  const server = await startEmbedded(folder, console.log, {
    shelter: path.join('/tmp', path.basename(folder)),
    // It lives for minutes: nothing in it has to survive a power cut.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  })
  const guard = guardian(server.folder, folder)
  return {
    url: (database) => server.url(database),
    stop: async () => {
      await server.stop()
      rmSync(server.folder, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
      guard.kill()
    },
  }
}

/** A shell that waits for the end of our process, which closes its standard input, and then clears up after it. */
function guardian(cluster: string, folder: string) {
  const script = 'cat >/dev/null; kill -QUIT "$(head -n 1 "$0/postmaster.pid")"; sleep 1; rm -rf "$0" "$1"'
  const shell = spawn('/bin/sh', ['-c', script, cluster, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  return shell
}
