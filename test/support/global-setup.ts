import type { TestProject } from 'vitest/node'
import { startTestCluster } from './cluster.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The address of the database `postgres` in the cluster of this test run. */
    cluster: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startTestCluster()
  project.provide('cluster', cluster.url('postgres'))
  return () => cluster.stop()
}
