/**
 * How every command of package.json begins: its arguments are read, Node is one that WasteX supports, and what the command needs is
 * set up. This file and those that it imports at the top are plain enough for Node 18, which is to be restarted as Node 24.
 */
import util from 'node:util'
import { underSupportedNode } from './setup/node/restart.mjs'

/** What a shell's user expects for a wrong call. */
const wrongUsage = 2

/**
 * @typedef {{ values: Record<string, any>, positionals: string[], restartedFrom?: string }} Given
 * @typedef {object} Command
 * @property {string} usage printed by `--help`, and after what is wrong
 * @property {import('node:util').ParseArgsConfig['options']} [options] `help` is added
 * @property {[least: number, most: number]} [positionals] how many; none by default
 * @property {boolean} [passOn] the arguments are another program's, which reads them: all of them are positionals
 * @property {(given: Given) => string | undefined} [check] what is wrong with the arguments
 * @property {string[]} [needs] steps of tools/setup.mjs; those of the server by default
 * @property {(sentence: string) => void} [withoutNode] told before the process ends because no supported Node is to be had
 */

/**
 * @param {Command} declared
 * @param {(given: Given) => unknown} run
 */
export async function command(declared, run) {
  const given = readArguments(declared)
  const letGo = endInOrder()
  const restartedFrom = await underSupportedNode(declared.withoutNode)
  if (declared.needs?.length !== 0) {
    const { root, setUp } = await import('./setup.mjs')
    await setUp(declared.needs)
    if (declared.needs?.includes('build') ?? true) {
      const { useBuild } = await import('./setup/builds.mjs')
      useBuild(root)
    }
  }
  letGo()
  await run({ ...given, restartedFrom })
}

/** A process that a signal ends runs no `exit` listeners, and those end what a set-up has started. @returns a function that undoes it */
export function endInOrder() {
  const ends = Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }).map(([signal, number]) => {
    const end = () => process.exit(128 + number)
    process.on(signal, end)
    return () => process.off(signal, end)
  })
  return () => ends.forEach((off) => off())
}

/**
 * Ends the process when the arguments are wrong, or ask for help.
 * @param {Command} declared
 * @returns {Given}
 */
export function readArguments(declared) {
  const { usage, options = {}, positionals: [least, most] = [0, 0], passOn, check = () => undefined } = declared
  const refuse = (problem) => refuseArguments(problem, usage)
  if (passOn && !/^(?:--help|-h)$/.test(process.argv[2])) return { values: {}, positionals: process.argv.slice(2) }
  const help = { type: 'boolean', short: 'h' }
  let given
  try {
    given = util.parseArgs({ options: { ...options, help }, allowPositionals: true, tokens: true })
  } catch (error) {
    // Its second sentence tells of a way around that no command here needs.
    return refuse(error.message.replace(/\. To specify a.*/s, '.'))
  }
  if (given.values.help) {
    console.log(usage)
    process.exit()
  }
  const isGiven = (name) => given.tokens.some((token) => token.kind === 'option' && token.name === name)
  const taken = Object.keys(options).find(
    (name) => options[name].type === 'string' && process.env[`npm_config_${name}`] && !isGiven(name),
  )
  if (taken) return refuse(`npm has taken --${taken} for an option of its own: put -- before it.`)
  const { positionals } = given
  if (positionals.length > most) return refuse(`Unexpected argument '${positionals[most]}'.`)
  if (positionals.length < least) return refuse('An argument is missing.')
  const problem = check(given)
  return problem === undefined ? given : refuse(problem)
}

export function refuseArguments(problem, usage) {
  console.error(`${problem}\n\n${usage}`)
  process.exit(wrongUsage)
}
