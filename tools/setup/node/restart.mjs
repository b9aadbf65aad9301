/**
 * Restarts a command under Node 24 where it was started under a Node that WasteX does not support. This file and those that it imports
 * are plain enough for Node 18.
 *
 * The process becomes Node 24 where it can (`process.execve`, Node 23.11 and newer). Else Node 24 is a child: it gets the signals that
 * this process gets, this process ends as it ends, and it ends when this process is killed.
 */
import { spawn } from 'node:child_process'
import net from 'node:net'
import path from 'node:path'
import { pinnedNode } from './fetch.mjs'
import { isSupported, supportedNodes } from './version.mjs'

const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']
/** Set for a restarted process: the version of the Node that restarted it. */
const fromSetting = 'WASTEX_RESTARTED_FROM'
/** Set for a child: the file descriptor that is closed when its parent ends. */
const parentSetting = 'WASTEX_RESTARTED_PARENT'

/**
 * Returns under a supported Node only.
 * @param {(sentence: string) => void} refuse called before the process ends because no supported Node is to be had
 * @returns {Promise<string | undefined>} the version of the Node that restarted us
 */
export async function underSupportedNode(refuse = (sentence) => console.error(sentence)) {
  if (isSupported(process.versions.node)) return restarted()
  const needs = `WasteX needs Node.js ${supportedNodes}, and this is ${process.versions.node}`
  let program
  try {
    program = await pinnedNode((line) => console.error(`${needs}: ${line}`))
  } catch (error) {
    refuse(
      `${needs}. Node 24 cannot be taken from npm's registry: ${error.message}. Install one of them (nodejs.org, nvm, fnm).`,
    )
    process.exit(1)
  }
  await become(program, {
    ...process.env,
    // For programs that this one starts: npm, and those of packages, whose first line is `#!/usr/bin/env node`.
    PATH: [path.dirname(program), process.env.PATH].join(path.delimiter),
    NODE: program,
    npm_node_execpath: program,
    [fromSetting]: process.versions.node,
  })
}

function restarted() {
  const { [fromSetting]: from, [parentSetting]: parent } = process.env
  // Not for the programs that this one starts.
  delete process.env[fromSetting]
  delete process.env[parentSetting]
  if (parent) {
    const line = new net.Socket({ fd: Number(parent), readable: true, writable: false })
    const end = () => process.kill(process.pid, 'SIGKILL')
    line.once('end', end).once('error', end).resume().unref()
  }
  return from
}

function become(program, env) {
  const args = [...process.execArgv, ...process.argv.slice(1)]
  if (process.execve) process.execve(program, [program, ...args], env)
  const child = spawn(program, args, {
    env: { ...env, [parentSetting]: '3' },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  })
  child.stdio[3].on('error', () => {}) // The child has ended, which 'exit' tells.
  for (const signal of forwarded) process.removeAllListeners(signal).on(signal, () => child.kill(signal))
  child.once('error', (error) => {
    console.error(`${program} does not start (${error.message}): remove it, and start again.`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
  return new Promise(() => {})
}
