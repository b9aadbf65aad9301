/** `npm test`: sets up what is missing, then runs the tests. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { command, refuseArguments } from './command.mjs'

const usage = `npm test [-- FILE ... | OPTION ...]

Runs the tests; all of them, or those in the files. Options are those of \`vitest run\`, such as -t NAME.`

await command({ usage, passOn: true, needs: ['packages'] }, async ({ positionals: args }) => {
  const { root, setUpForTests } = await import('./setup.mjs')
  const { packageEnvironment, packageProgram } = await import('./setup/programs.mjs')
  const options = args.filter((arg) => /^-./.test(arg))
  if (options.length > 0) {
    const { output } = await packageProgram(root, 'vitest', ['run', '--help'])
    const known = new Set(output.match(/(?<=[\s,])--?\w+/g))
    const unknown = options.find((option) => !known.has(nameOf(option)))
    if (unknown) refuseArguments(`Unknown option '${unknown}'.`, usage)
  }
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

/** As vitest's help writes it: `--no-test-timeout=1` and `--testTimeout` are one. */
function nameOf(option) {
  const [name] = option.replace(/^--no-/, '--').split(/[=.]/)
  return name.replaceAll(/(?<=\w)-(\w)/g, (_, letter) => letter.toUpperCase())
}
