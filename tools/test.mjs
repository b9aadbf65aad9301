/** `npm test`: sets up what is missing, then runs the tests. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { command, refuseArguments } from './command.mjs'

const usage = `npm test [-- FILE ... | OPTION ...]

Runs the tests; all of them, or those in the files. Options are those of \`vitest run\`, such as -t NAME.`

await command({ usage, passOn: true, needs: ['packages'] }, async ({ positionals: args }) => {
  if (args.some((arg) => arg.startsWith('-'))) {
    const { parseCLI } = await import('vitest/node')
    try {
      parseCLI(['vitest', 'run', ...args])
    } catch (error) {
      refuseArguments(error.message, usage)
    }
  }
  const { root, setUpForTests } = await import('./setup.mjs')
  const { packageEnvironment } = await import('./setup/programs.mjs')
  await setUpForTests()
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const tests = spawn(process.execPath, [vitest, 'run', ...args], {
    cwd: root,
    env: packageEnvironment(root),
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal))
  tests.once('exit', (code) => (process.exitCode = code ?? 1))
})
