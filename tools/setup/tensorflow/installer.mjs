/** Second way, where a person wants it: the package's own installer, from its storage host. It checks nothing that it downloads. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { lastLine, run } from '../run.mjs'
import { tfjsNode } from './package.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const connectMs = 3_000
const firstFileMs = 15_000

/** @returns {Promise<string | undefined>} why it did not work; undefined when it ended well. */
export async function ownInstaller() {
  const { folder, libraries } = tfjsNode()
  const host = new URL(
    process.env.TFJS_NODE_CDN_STORAGE || process.env.CDN_STORAGE || 'https://storage.googleapis.com/',
  ).host
  // Through a proxy we cannot tell beforehand; then the limit for the first file has to do.
  const isProxied = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => process.env[name])
  if (!isProxied && !(await isReachable(host))) return `its own installer cannot reach ${host}`

  const started = Date.now()
  const arrived = () => {
    const target = path.join(folder, libraries)
    return existsSync(target) && readdirSync(target).length > 0
  }
  const { ok, output, end } = await run(process.execPath, ['scripts/install.js'], {
    cwd: folder,
    env: { ...process.env, PATH: [path.join(root, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter) },
    giveUp: () => Date.now() - started > firstFileMs && !arrived(),
  })
  return ok ? undefined : `its own installer failed (${end}: ${lastLine(output)})`
}

function isReachable(host) {
  const [servername, port] = host.split(':')
  return new Promise((resolve) => {
    const socket = connect({ host: servername, port: Number(port ?? 443), servername, timeout: connectMs })
    const answer = (is) => {
      clearTimeout(limit)
      socket.destroy()
      resolve(is)
    }
    // `timeout` counts from the connection's start; looking up the name has no limit of its own.
    const limit = setTimeout(() => answer(false), connectMs)
    socket
      .once('secureConnect', () => answer(true))
      .once('timeout', () => answer(false))
      .once('error', () => answer(false))
  })
}
