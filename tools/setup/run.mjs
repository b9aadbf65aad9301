/** Runs programs without showing what they say, unless somebody asks for it. */
import { spawn } from 'node:child_process'

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, limitMs?: number, giveUp?: () => boolean, input?: string }} [options]
 *   `giveUp` is asked every second: true ends the program.
 * @returns {Promise<{ ok: boolean, output: string, end: string }>} `end` says how it ended, in words.
 */
export function run(program, args, { cwd, env = process.env, limitMs = 600_000, giveUp = () => false, input } = {}) {
  return new Promise((resolve) => {
    let output = ''
    let end
    // A group of its own, so that giving up ends its children, too.
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    const stop = (why) => {
      end ??= why
      try {
        process.kill(-(child.pid ?? Number.NaN), 'SIGKILL')
      } catch {
        child.kill('SIGKILL') // It has no group any more, or never had one.
      }
    }
    const limit = setTimeout(() => stop(`took longer than ${Math.round(limitMs / 1000)} s`), limitMs)
    const asking = setInterval(() => giveUp() && stop('did not get anywhere'), 1_000)
    const interrupted = () => stop('was interrupted')
    process.once('exit', interrupted)
    const finish = (how, ok) => {
      clearTimeout(limit)
      clearInterval(asking)
      process.off('exit', interrupted)
      resolve({ ok, output: output.trim(), end: end ?? how })
    }
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (output = (output + data).slice(-20_000)))
    child.on('error', (error) => finish(error.code === 'ENOENT' ? `there is no ${program}` : error.message, false))
    child.on('close', (code, signal) => finish(signal ? `ended by ${signal}` : `exit code ${code}`, code === 0))
    child.stdin.on('error', () => {}) // It did not want to read all of it.
    child.stdin.end(input)
  })
}

/** The last line that says something: where programs put what went wrong. */
export const lastLine = (output) =>
  output
    .split('\n')
    .map((line) => line.trim())
    .findLast(Boolean) ?? 'it said nothing'
