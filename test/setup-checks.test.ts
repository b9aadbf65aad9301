/** The set-up's own decisions, on folders made for them. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { wrongConsoleImports } from '../tools/check/console-imports.mjs'
import { wrongImports } from '../tools/check/imports.mjs'
import { wrongPackages } from '../tools/check/supply-chain.mjs'
import { readArguments } from '../tools/command.mjs'
import { switchTo, usersOfBuilds } from '../tools/setup/builds.mjs'
import { areDependenciesThere, installDependencies } from '../tools/setup/dependencies.mjs'
import { withLock } from '../tools/setup/lock.mjs'
import { lastLine, run } from '../tools/setup/run.mjs'
import { fingerprint } from '../tools/setup/stamp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'wastex-setup-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), text)
}

describe('packages', () => {
  const lock = {
    packages: {
      '': { name: 'wastex' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/only-elsewhere': { version: '1.0.0', optional: true },
    },
  }
  const install = (packages: object) => write('node_modules/.package-lock.json', JSON.stringify({ packages }))

  it('are there when npm’s own record says what the lock says, optional ones of other platforms aside', () => {
    write('package-lock.json', JSON.stringify(lock))
    install({ 'node_modules/a': { version: '1.0.0' } })
    expect(areDependenciesThere(folder)).toBe(true)
  })

  it('are not there in a fresh clone, with another version, or with one missing', () => {
    write('package-lock.json', JSON.stringify(lock))
    expect(areDependenciesThere(folder)).toBe(false)
    install({ 'node_modules/a': { version: '0.9.0' } })
    expect(areDependenciesThere(folder)).toBe(false)
    install({})
    expect(areDependenciesThere(folder)).toBe(false)
  })
})

describe('the supply chain', () => {
  const hashed = { integrity: 'sha512-abc' }
  const wrong = (packages: object, npmrc = 'ignore-scripts=true\n') => {
    write('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }))
    write('.npmrc', npmrc)
    return wrongPackages(folder).filter((line) => !line.includes('any more'))
  }

  it('is as it should be here', () => expect(wrongPackages(root)).toEqual([]))

  it('has a hash for every package, and a word on every install script, none of which runs', () => {
    expect(wrong({ 'node_modules/a': hashed, 'node_modules/a/node_modules/b': hashed })).toEqual([])
    expect(wrong({ 'node_modules/a': {} })).toEqual([expect.stringContaining('a has no SHA-512')])
    expect(wrong({ 'node_modules/a': { integrity: 'sha1-abc' } })).toHaveLength(1)
    expect(wrong({ 'node_modules/x/node_modules/@a/b': { ...hashed, hasInstallScript: true } })).toEqual([
      expect.stringContaining('@a/b has an install script'),
    ])
    expect(wrong({ 'node_modules/x/node_modules/esbuild': { ...hashed, hasInstallScript: true } })).toEqual([])
    expect(wrong({}, 'ignore-scripts=false\n')).toEqual([expect.stringContaining('.npmrc lets install scripts run')])
  })

  it('runs no script of a package, whatever the environment says', async () => {
    write('package.json', JSON.stringify({ name: 'fresh', version: '1.0.0', dependencies: { a: 'file:a' } }))
    write('a/package.json', JSON.stringify({ name: 'a', version: '1.0.0', scripts: { install: 'touch ../ran' } }))
    const lock = { name: 'fresh', version: '1.0.0', lockfileVersion: 3, requires: true }
    const packages = {
      '': { name: 'fresh', version: '1.0.0', dependencies: { a: 'file:a' } },
      a: { version: '1.0.0', hasInstallScript: true },
      'node_modules/a': { resolved: 'a', link: true },
    }
    write('package-lock.json', JSON.stringify({ ...lock, packages }))
    vi.stubEnv('npm_config_ignore_scripts', 'false')
    await installDependencies(folder)
    vi.unstubAllEnvs()
    expect(existsSync(path.join(folder, 'node_modules/a/package.json'))).toBe(true)
    expect(existsSync(path.join(folder, 'ran'))).toBe(false)
  })
})

describe('a stamp', () => {
  it('changes with the content, the name and the number of files, and not with their dates', () => {
    write('src/a.ts', 'one')
    const first = fingerprint([path.join(folder, 'src')])
    write('src/a.ts', 'one')
    expect(fingerprint([path.join(folder, 'src')])).toBe(first)
    write('src/a.ts', 'two')
    const second = fingerprint([path.join(folder, 'src')])
    expect(second).not.toBe(first)
    write('src/b.ts', '')
    expect(fingerprint([path.join(folder, 'src')])).not.toBe(second)
    expect(fingerprint([path.join(folder, 'src')], (file) => !file.endsWith('b.ts'))).toBe(second)
  })
})

describe('two set-ups in one folder', () => {
  it('go one after the other, and the second one says that it waits', async () => {
    const order: string[] = []
    let finish = () => {}
    const first = withLock(
      folder,
      () => {},
      () => new Promise<void>((resolve) => (finish = resolve)),
    )
    let second: Promise<unknown> = Promise.resolve()
    await new Promise<void>((waits) => {
      second = withLock(folder, waits, async () => order.push('second'))
    })
    expect(order).toEqual([])
    finish()
    await first
    await second
    expect(order).toEqual(['second'])
  })

  it('is not held up by one that was killed', async () => {
    const { output } = await run(process.execPath, [
      '--input-type=module',
      '-e',
      `import { withLock } from ${JSON.stringify(path.join(root, 'tools/setup/lock.mjs'))}
       await withLock(${JSON.stringify(folder)}, () => {}, async () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    expect(output).toBe('')
    expect(
      await withLock(
        folder,
        () => {},
        async () => 'mine',
      ),
    ).toBe('mine')
  })
})

describe('a lock that a set-up left behind', () => {
  it('holds up nobody who has its process id by now', async () => {
    const name = `wastex-setup-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}.lock`
    const left = path.join(os.tmpdir(), name)
    // In a container that was restarted, the same program has the same id.
    for (const text of [`${process.pid}`, `${process.pid} 1@pid:[1]`, '1 1@pid:[1]']) {
      writeFileSync(left, text)
      const work = withLock(
        folder,
        () => {},
        async () => 'mine',
      )
      expect(await work).toBe('mine')
    }
  })
})

describe('a set-up that is told to stop', () => {
  /** Z: it has ended, and nobody has asked how. */
  const stateOf = (pid: number) =>
    spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout[0] ?? '-'

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s takes its programs along, and its lock', async (signal) => {
    const name = `wastex-setup-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}.lock`
    const [command, lock, programs] = ['command.mjs', 'setup/lock.mjs', 'setup/run.mjs'].map((file) =>
      JSON.stringify(path.join(root, 'tools', file)),
    )
    const settingUp = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { endInOrder } from ${command}
       import { withLock } from ${lock}
       import { run } from ${programs}
       endInOrder()
       await withLock(${JSON.stringify(folder)}, () => {}, () => {
         const program = run('sh', ['-c', 'echo $$ > ${path.join(folder, 'child')}; exec sleep 60'])
         console.log('runs')
         return program
       })`,
    ])
    await once(settingUp.stdout, 'data')
    await vi.waitFor(() => expect(readFileSync(path.join(folder, 'child'), 'utf8')).toMatch(/\d/))
    const child = Number(readFileSync(path.join(folder, 'child'), 'utf8'))
    settingUp.kill(signal)
    await once(settingUp, 'exit')
    await vi.waitFor(() => expect(stateOf(child)).toMatch(/^[Z-]$/))
    expect(existsSync(path.join(os.tmpdir(), name))).toBe(false)
  })
})

describe('a program', () => {
  it('is ended with its children when it takes too long', async () => {
    const result = await run('sh', ['-c', 'sleep 60 & sleep 60'], { limitMs: 200 })
    expect(result).toMatchObject({ ok: false, end: 'took longer than 0 s' })
  })

  it('that is not there is named', async () => {
    expect(await run('no-such-program', [])).toMatchObject({ ok: false, end: 'there is no no-such-program' })
  })

  it('is summed up by the last line that it said', () => {
    expect(lastLine('one\ntwo\n \n')).toBe('two')
    expect(lastLine('')).toBe('it said nothing')
  })
})

describe('imports', () => {
  const wrong = (file: string, text: string) => {
    write(`src/${file}`, text)
    return wrongImports(folder)
  }

  it('may go up to an earlier room, and to the hall', () => {
    expect(wrong('api/a.ts', "import { x } from '../photos/x.js'\nimport { y } from '../config.js'")).toEqual([])
  })

  it.each([
    ['photos/a.ts', "import { x } from '../api/x.js'"],
    ['config.ts', "export * from './training/x.js'"],
    ['reviews/a.ts', "const later = await import('../training/x.js')"],
    ['evaluation/a.ts', "new Worker(new URL('../training/job.ts', import.meta.url))"],
    ['versions/a.ts', "import { PrismaClient } from '../generated/prisma/client.js'"],
    ['api/a.ts', "import sharp from 'sharp'"],
    ['training/a.ts', "const ort = createRequire(import.meta.url)('onnxruntime-node')"],
    ['predictions/a.ts', "import type * as tf from '@tensorflow/tfjs-node'"],
    ['reviews/a.ts', "import { readFile, writeFile } from 'node:fs/promises'"],
    ['photos/a.ts', "import fs from 'node:fs'"],
    ...['rm', 'unlink', 'mkdir', 'utimes', 'rmSync'].map((name) => [
      'training/a.ts',
      `import { ${name} } from 'node:fs'`,
    ]),
    ['training/a.ts', "import { open } from 'node:fs/promises'\nconst handle = await open(path.join(a, b), 'wx')"],
    ['training/a.ts', "import { open } from 'node:fs/promises'\nawait open(file, constants.O_RDWR)"],
  ])('are found when they go the wrong way: %s', (file, text) => {
    expect(wrong(file, text)).toHaveLength(1)
    expect(wrong(file, text)[0]).toContain(`src/${file}`)
  })

  it('that read files are anybody’s', () => {
    const read =
      "import { open } from 'node:fs/promises'\nawait open(a)\nawait open(b, 'r')\nawait open(c, constants.O_RDONLY)"
    expect(wrong('photos/a.ts', read)).toEqual([])
    expect(wrong('photos/a.ts', "import type { FileHandle } from 'node:fs/promises'")).toEqual([])
  })

  it('are not looked for in comments', () => {
    expect(wrong('photos/a.ts', "/* import '../api/x.js' */\n// import '../api/x.js'")).toEqual([])
  })
})

describe('imports of the console', () => {
  const wrong = (file: string, text: string) => {
    write(`console/${file}`, text)
    return wrongConsoleImports(folder)
  }

  it('go up to the rooms that all screens share', () => {
    expect(wrong('review/a.tsx', "import { x } from '../photos/x.js'\nimport y from './y.module.css'")).toEqual([])
    expect(wrong('app.tsx', "import { x } from './review/x.js'")).toEqual([])
  })

  it.each([
    ['review/a.tsx', "import { x } from '../training/x.js'"],
    ['talk/a.ts', "import { x } from '../shell/x.js'"],
    ['look/a.ts', "import { x } from '../app.js'"],
    ['review/a.ts', "import type { Config } from '../../src/config.js'"],
    ['attic/a.ts', "import { x } from '../look/x.js'"],
  ])('are found when they go the wrong way: %s', (file, text) => {
    expect(wrong(file, text)).toHaveLength(1)
    expect(wrong(file, text)[0]).toContain(`console/${file}`)
  })
})

describe('every command', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const launchers = Object.entries(scripts).map(
    ([name, script]) => [name, script.replace(/^.*exec node /, '')] as const,
  )
  /** `npm test` hands its options to vitest, which has to be there to know them. */
  const own = launchers.filter(([name]) => name !== 'test')
  /** In a fresh clone: what would be set up or started would leave something there. */
  const call = async (script: string, args: string[], env: Record<string, string> = {}) => {
    for (const name of ['tools', 'bench/lines'])
      cpSync(path.join(root, name), path.join(folder, name), { recursive: true })
    cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'))
    const before = readdirSync(folder)
    const settings = { WASTEX_DATA: path.join(folder, 'data'), ...env }
    const ended = await run(process.execPath, [script, ...args], { cwd: folder, env: { ...process.env, ...settings } })
    expect(readdirSync(folder)).toEqual(before)
    return ended
  }
  const wrong = { ok: false, end: 'exit code 2' }

  it.each(own)(
    'npm run %s refuses what it does not know before it does anything, and tells its usage',
    async (name, script) => {
      const refused = await call(script, ['--nope'])
      expect(refused).toMatchObject(wrong)
      expect(refused.output).toMatch(new RegExp(`^Unknown option '--nope'\\.?\n\nn(?:pm|ode) .*${name}`))
      expect(
        await call(
          script,
          Array.from({ length: 20 }, (_, i) => `stray${i}`),
        ),
      ).toMatchObject(wrong)
      const help = await call(script, ['--help'])
      expect(help).toMatchObject({ ok: true, output: expect.stringMatching(new RegExp(`^npm .*${name}`)) })
      expect(refused.output).toContain(help.output)
    },
  )

  it('npm test refuses an option that vitest does not know', { timeout: 120_000 }, async () => {
    const refused = await run(process.execPath, ['tools/test.mjs', '--nope'], { cwd: root })
    expect(refused).toMatchObject(wrong)
    expect(refused.output).toMatch(/Unknown option '--nope'[\s\S]*npm test/)
  })

  it.each([
    ['prune', '--dayz', '90'],
    ...['--days', '--days=', '--days=-1', '--days=1e9', '--days=40000', '--days=abc', '--days=1.5'].map((days) => [
      'prune',
      days,
    ]),
    ['prune', '--yes=no'],
    ['backup'],
    ['restore', 'a.tar', 'b.tar'],
    ['token'],
    ['token', 'make', 'x'],
    ['token', 'create', 'x'],
    ['token', 'create', 'x', '--role', 'king'],
    ['token', 'list', 'x'],
    ['token', 'revoke'],
    ['token', 'revoke', 'x', '--role', 'admin'],
    ['migrate', 'two words'],
    ['bench', 'no-such-line'],
    ['screenshots', 'localhost'],
    ['release-data', '0.1.0'],
  ])('npm run %s refuses %s %s', async (name, ...args) => {
    expect(await call(`tools/${name}.mjs`, args)).toMatchObject(wrong)
  })

  it('names an option that npm took for itself', async () => {
    const refused = await call('tools/prune.mjs', [], { npm_config_days: '90' })
    expect(refused).toMatchObject({ ...wrong, output: expect.stringContaining('npm has taken --days') })
  })

  it.each([[['--days', '90']], [['--days=90']], [['--days', '0', '--yes']]])('prune understands %s', async (args) => {
    vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'prune.mjs', ...args])
    const options = { days: { type: 'string' }, yes: { type: 'boolean', default: false } } as const
    expect(readArguments({ usage: '', options }).values).toMatchObject({
      days: args.join('=').includes('90') ? '90' : '0',
      yes: args.includes('--yes'),
    })
    vi.restoreAllMocks()
  })
})

describe('builds', () => {
  const make = (build: string) => {
    write(`${build}/main.js`, '')
    switchTo(folder, build)
  }
  const builds = () => readdirSync(folder).filter((name) => name.startsWith('dist.'))
  const [one, two, three, four] = ['1', '2', '3', '4'].map((digit) => `dist.${digit.repeat(12)}`) as [
    string,
    string,
    string,
    string,
  ]

  it('stay as long as a process runs from them, and packages are not changed under it', async () => {
    write('dist/main.js', 'of release 0.1.0')
    make(one)
    expect(readFileSync(path.join(folder, 'dist/main.js'), 'utf8')).toBe('')
    const server = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { useBuild } from ${JSON.stringify(path.join(root, 'tools/setup/builds.mjs'))}
       useBuild(${JSON.stringify(folder)}); console.log('runs'); setInterval(() => {}, 1000)`,
    ])
    await once(server.stdout, 'data')
    for (const build of [two, three, four]) make(build)
    expect(builds()).toEqual([one, three, four])
    expect(usersOfBuilds(folder)).toEqual([server.pid])
    await expect(installDependencies(folder)).rejects.toThrow(
      `(process ${server.pid}) uses the earlier ones. Stop that first.`,
    )
    server.kill('SIGKILL')
    await once(server, 'exit')
    expect(usersOfBuilds(folder)).toEqual([])
    make(two)
    expect(builds()).toEqual([two, four])
  })
})
