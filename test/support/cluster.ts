/** The one PostgreSQL cluster of a test run, in a folder of its own that goes when the run ends, however it ends. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../../src/database/embedded.js'
import { applyMigrations } from '../../src/database/migrate.js'

export const template = 'template_of_tests'

export interface TestCluster {
  /** The address of a database in the cluster. */
  url(database: string): string
  stop(): Promise<void>
}

export async function startTestCluster(): Promise<TestCluster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'wastex-test-'))
  chmodSync(folder, 0o755)
  const server = await startEmbedded(folder, console.log, {
    shelter: path.join('/tmp', path.basename(folder)),
    // It lives for minutes: nothing in it has to survive a power cut.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  })
  const guard = guardian(server.folder, folder)
  const admin = new pg.Client({ connectionString: server.url('postgres') })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${template}`)
  await admin.end()
  await applyMigrations(server.url(template))
  return {
    url: (database) => server.url(database),
    stop: async () => {
      await server.stop()
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
