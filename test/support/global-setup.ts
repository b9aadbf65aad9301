import { mkdtemp, realpath, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { root, setUp } from '../../tools/setup.mjs'
import { startTestCluster } from './cluster.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The address of the database `postgres` in the cluster of this test run. */
    cluster: string
    /** A folder for what files of tests leave for each other: features of drawn photos (trained.ts), a hall (trained-hall.ts). */
    kept: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Threads and processes of servers are those that are shipped (thread.ts, server-process.ts).
  await setUp(['packages', 'client', 'build'])
  process.env['WASTEX_TEST_BUILD'] = await realpath(path.join(root, 'dist'))
  const cluster = await startTestCluster()
  project.provide('cluster', cluster.url('postgres'))
  const kept = await mkdtemp(path.join(os.tmpdir(), 'wastex-kept-'))
  project.provide('kept', kept)
  return async () => {
    await cluster.stop()
    await rm(kept, { recursive: true, force: true })
  }
}
