/** Which Node runs the commands: the launchers themselves, started under Nodes that WasteX does not support. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import util from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadTensorFlow } from '../src/model/network/tensorflow.js'
import { pinnedNode } from '../tools/setup/node/fetch.mjs'
import { isSupported } from '../tools/setup/node/version.mjs'
import { run } from '../tools/setup/run.mjs'

const root = path.resolve(import.meta.dirname, '..')
const platform = `${process.platform}-${process.arch}`
let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'wastex-node-'))
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** What npm's registry would send for a program that says this. @returns its entry in pinned.json */
async function pack(script: string) {
  const name = 'node-of-a-test'
  const place = mkdtempSync(path.join(folder, 'package-'))
  mkdirSync(path.join(place, 'bin'))
  writeFileSync(path.join(place, 'package.json'), JSON.stringify({ name, version: '1.0.0' }))
  writeFileSync(path.join(place, 'bin', 'node'), script)
  chmodSync(path.join(place, 'bin', 'node'), 0o755)
  const archives = mkdtempSync(path.join(folder, 'archives-'))
  const packed = await run('npm', ['pack', '--pack-destination', archives], { cwd: place })
  expect(packed.ok, packed.output).toBe(true)
  const archive = path.join(archives, `${name}-1.0.0.tgz`)
  // npm takes it from this file, and otherwise as from a registry.
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
  return { package: name, version: `file:${archive}`, integrity }
}

const withCache = () => {
  const cache = mkdtempSync(path.join(folder, 'cache-'))
  vi.stubEnv('XDG_CACHE_HOME', cache)
  return path.join(cache, 'wastex', 'node')
}

describe('the supported Nodes', () => {
  it.each([
    ['22.12.0', true],
    ['22.23.5', true],
    ['24.0.0', true],
    ['26.12.1', true],
    ['18.20.0', false],
    ['20.20.2', false],
    ['21.7.3', false],
    ['22.11.0', false],
    ['23.11.1', false],
    ['25.9.0', false],
    ['27.0.0', false],
  ])('%s: %s', (version, supported) => expect(isSupported(version)).toBe(supported))

  it('include the one that runs this, and those that are pinned', () => {
    expect(isSupported(process.versions.node)).toBe(true)
    const pinned = JSON.parse(readFileSync(path.join(root, 'tools/setup/node/pinned.json'), 'utf8')) as Record<
      string,
      { version: string; integrity: string }
    >
    expect(Object.keys(pinned)).toEqual(['linux-x64', 'linux-arm64', 'darwin-arm64'])
    for (const { version, integrity } of Object.values(pinned)) {
      expect(isSupported(version)).toBe(true)
      expect(integrity).toMatch(/^sha512-[\w+/]{86}==$/)
    }
  })
})

describe('a Node from the registry', () => {
  it(
    'is fetched once, whole, by two that start together, and is there offline from then on',
    { timeout: 120_000 },
    async () => {
      const cache = withCache()
      const wanted = await pack('#!/bin/sh\necho v24')
      const said: string[] = []
      const fetched = await Promise.all([1, 2].map(() => pinnedNode((line) => said.push(line), wanted)))
      expect(new Set(fetched).size).toBe(1)
      expect(said).toHaveLength(2)
      expect(readdirSync(cache)).toHaveLength(1)
      rmSync(wanted.version.replace('file:', ''), { recursive: true })
      expect(await pinnedNode((line) => said.push(line), wanted)).toBe(fetched[0])
      expect(said).toHaveLength(2)
    },
  )

  it(
    'is refused, and leaves nothing, when its hash is another, it does not run, or it is not to be had',
    { timeout: 120_000 },
    async () => {
      const cache = withCache()
      const other = await pack('#!/bin/sh\necho v24')
      const attempt = (wanted: typeof other) => pinnedNode(() => {}, wanted)
      const integrity = `sha512-${createHash('sha512').update('another').digest('base64')}`
      await expect(attempt({ ...other, integrity })).rejects.toThrow('does not have the expected hash')
      await expect(attempt(await pack('#!/bin/sh\nexit 3'))).rejects.toThrow(
        'does not run on this machine (exit code 3)',
      )
      await expect(attempt({ ...other, version: `file:${folder}/nowhere` })).rejects.toThrow('npm cannot get')
      expect(readdirSync(cache)).toEqual([])
    },
  )
})

describe('a command under a Node that is not supported', () => {
  /** A copy of the launchers that takes this very Node for too old, and finds `program` in the cache. */
  function launcher(program: string, script: string): string {
    const clone = mkdtempSync(path.join(folder, 'clone-'))
    for (const file of [
      'command.mjs',
      'setup/npm.mjs',
      'setup/run.mjs',
      ...['fetch', 'restart', 'version'].map((name) => `setup/node/${name}.mjs`),
    ]) {
      mkdirSync(path.join(clone, 'tools', path.dirname(file)), { recursive: true })
      writeFileSync(path.join(clone, 'tools', file), readFileSync(path.join(root, 'tools', file)))
    }
    writeFileSync(path.join(clone, 'package.json'), JSON.stringify({ type: 'module', engines: { node: '^99.1.0' } }))
    const wanted = { package: 'node', version: '24', integrity: 'sha512-x' }
    writeFileSync(path.join(clone, 'tools/setup/node/pinned.json'), JSON.stringify({ [platform]: wanted }))
    const name = createHash('sha256').update('sha512-x').digest('hex').slice(0, 12)
    const kept = path.join(clone, 'cache/wastex/node', name, 'bin')
    mkdirSync(kept, { recursive: true })
    if (program) {
      // The same Node again; a changed package.json makes it a supported one.
      const engines = JSON.stringify({ type: 'module', engines: { node: `^${process.versions.node}` } })
      writeFileSync(
        path.join(kept, 'node'),
        `#!/bin/sh\necho '${engines}' > ${clone}/package.json\nexec ${program} "$@"\n`,
      )
      chmodSync(path.join(kept, 'node'), 0o755)
    }
    const file = path.join(clone, 'tools', 'try.mjs')
    writeFileSync(
      file,
      `import { command } from './command.mjs'
       await command({ usage: 'try', needs: [], positionals: [0, 9] }, async ({ positionals, restartedFrom }) => { ${script} })`,
    )
    return file
  }

  function start(file: string, args: string[] = []) {
    const clone = path.resolve(file, '../..')
    const env = { ...process.env, XDG_CACHE_HOME: path.join(clone, 'cache'), npm_execpath: '' }
    // As on a Node that has no execve: the supported one is a child.
    const without = `data:text/javascript,delete process.execve`
    const child = spawn(process.execPath, ['--import', without, file, ...args], { env, stdio: 'pipe' })
    const out = { text: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out.text += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (out.text += text))
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.once('close', (code, signal) => resolve([code, signal])),
    )
    return { child, out, ended }
  }

  it('passes arguments, output and exit code on', async () => {
    const file = launcher(
      process.execPath,
      'console.log(positionals.join(), restartedFrom, process.env.PATH.split(":")[0]); process.exitCode = 7',
    )
    const { out, ended } = start(file, ['a', 'b c'])
    expect(await ended).toEqual([7, null])
    expect(out.text).toMatch(new RegExp(`^a,b c ${process.versions.node} .*/cache/wastex/node/\\w+/bin\n$`))
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes %s on, and ends as the command does', async (signal) => {
    const caught = start(
      launcher(
        process.execPath,
        `process.on('${signal}', () => { console.log('caught'); process.exit(5) }); setInterval(() => {}, 1000); console.log('there')`,
      ),
    )
    await expect.poll(() => caught.out.text).toContain('there')
    caught.child.kill(signal)
    expect(await caught.ended).toEqual([5, null])
    expect(caught.out.text).toContain('caught')
    const dies = start(launcher(process.execPath, `setInterval(() => {}, 1000); console.log('there')`))
    await expect.poll(() => dies.out.text).toContain('there')
    dies.child.kill(signal)
    expect(await dies.ended).toEqual([null, signal])
  })

  it('leaves no command behind when it is killed', async () => {
    const { child, out, ended } = start(
      launcher(process.execPath, `setInterval(() => {}, 1000); console.log('pid', process.pid)`),
    )
    await expect.poll(() => out.text).toMatch(/pid \d+\n/)
    const pid = Number(/pid (\d+)/.exec(out.text)?.[1])
    expect(pid).not.toBe(child.pid)
    child.kill('SIGKILL')
    // Its output is closed when the last of the two has ended.
    expect(await ended).toEqual([null, 'SIGKILL'])
  })

  it('says in one sentence what to install where there is no other', async () => {
    const { out, ended } = start(launcher('', ''))
    expect(await ended).toEqual([1, null])
    const lines = out.text.trim().split('\n')
    expect(lines.at(-1)).toMatch(
      /^WasteX needs Node\.js 99 \(from 99\.1\), and this is \S+\. Node 24 cannot be taken from npm's registry: .*\. Install one of them/,
    )
  })
})

describe('TensorFlow’s binding', () => {
  it('finds every function of node:util that it calls', () => {
    loadTensorFlow()
    const dist = path.join(path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node')))
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /(?<!_test)\.js$/.test(file),
    )
    const called = files.flatMap((file) => {
      const text = readFileSync(path.join(dist, file), 'utf8')
      const name = /var (\w+) = require\("util"\)/.exec(text)?.[1]
      return name ? [...text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, called = '']) => called) : []
    })
    expect(called).toContain('isNullOrUndefined')
    for (const name of called) expect(util).toHaveProperty(name, expect.any(Function))
    expect(existsSync(dist)).toBe(true)
  })
})
