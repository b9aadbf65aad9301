/** `npm test`: sets up what is missing, then runs the tests. Arguments go to vitest: `npm test -- test/database-*`. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { root, setUpForTests } from './setup.mjs'
import { packageEnvironment } from './setup/programs.mjs'

await setUpForTests()
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
const args = [vitest, 'run', ...process.argv.slice(2)]
const tests = spawn(process.execPath, args, { cwd: root, env: packageEnvironment(root), stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal))
tests.once('exit', (code) => (process.exitCode = code ?? 1))
