import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startTestCluster } from './cluster.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The address of the database `postgres` in the cluster of this test run. */
    cluster: string
    /** A folder for what the frozen part of the network makes of drawn photos: they are the same in every file of tests. */
    features: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startTestCluster()
  project.provide('cluster', cluster.url('postgres'))
  const features = await mkdtemp(path.join(os.tmpdir(), 'wastex-features-'))
  project.provide('features', features)
  return async () => {
    await cluster.stop()
    await rm(features, { recursive: true, force: true })
  }
}
