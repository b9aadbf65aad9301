/** All that a fresh clone needs before WasteX or its tests can run. What is there already is left alone, in milliseconds. */
import { fileURLToPath } from 'node:url'
import { installBrowser, isBrowserSettled } from './setup/browser.mjs'
import { build, isBuilt } from './setup/build.mjs'
import { areDependenciesThere, installDependencies } from './setup/dependencies.mjs'
import { withLock } from './setup/lock.mjs'
import { generateClient, isClientGenerated } from './setup/prisma-client.mjs'
import { ensureTensorFlow, isTensorFlowKnownToWork } from './setup/tensorflow.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** In the order in which they build on each other. `run` may return a remark for the step's line. */
const steps = {
  packages: {
    title: 'packages (npm ci: half a minute, once)',
    isDone: () => areDependenciesThere(root),
    run: () => installDependencies(root),
  },
  client: {
    title: 'database client (prisma generate)',
    isDone: () => isClientGenerated(root),
    run: () => generateClient(root),
  },
  tensorflow: {
    title: "TensorFlow's native library",
    isDone: isTensorFlowKnownToWork,
    run: async (say) => {
      const result = await ensureTensorFlow(say)
      return result.ok ? result.how : `not there. ${result.mend} All else works without it.`
    },
  },
  build: {
    title: 'build (tsc, vite)',
    isDone: () => isBuilt(root),
    run: () => build(root),
  },
}

/** For tests alone. */
const testSteps = {
  browser: {
    title: "a browser for the console's tests",
    isDone: () => isBrowserSettled(root),
    run: () => installBrowser(root),
  },
}

/** All that the tests need. */
export const setUpForTests = () => setUp([...Object.keys(steps), ...Object.keys(testSteps)])

/** @param {string[]} [names] of the steps that are needed; those of the server by default. Ends the process with a word when one fails. */
export async function setUp(names = Object.keys(steps)) {
  const wanted = names.map((name) => ({ ...steps, ...testSteps })[name])
  const open = () => wanted.filter(({ isDone }) => !isDone())
  if (open().length === 0) return
  console.log('Setting up WasteX')
  const waiting = () => console.log('  another set-up runs in this folder: waiting for it')
  try {
    await withLock(root, waiting, async () => {
      // One after the other, and asked anew: a step's sources may be an earlier step's result.
      for (const step of wanted) if (!step.isDone()) await take(step)
    })
  } catch (error) {
    fail(error.message)
  }
}

async function take({ title, run }) {
  const start = performance.now()
  process.stdout.write(`  ${title} ...`)
  try {
    const remark = await run((line) => process.stdout.write(`\n    ${line} ...`))
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    process.stdout.write(` ${seconds} s${remark ? `, ${remark}` : ''}\n`)
  } catch (error) {
    process.stdout.write('\n')
    throw error
  }
}

function fail(message) {
  console.error(`WasteX cannot be set up. ${message}`)
  process.exit(1)
}
