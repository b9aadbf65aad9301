/** What the set-up says on a machine that cannot have TensorFlow. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../tools/setup/run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'wastex-tensorflow-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** As a script of its own, with nothing kept and only `programs` on the path. */
const build = (programs: string[]) => {
  for (const program of programs) symlinkSync(program, path.join(folder, path.basename(program)))
  const script = `
    import { buildFromWheel } from ${JSON.stringify(path.join(root, 'tools/setup/tensorflow/wheel.mjs'))}
    console.log(await buildFromWheel(() => {}))`
  return run(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { PATH: folder, HOME: folder, XDG_CACHE_HOME: path.join(folder, 'cache') },
  })
}

describe('TensorFlow', () => {
  it('is downloaded without a check of its hash only where somebody says so', async () => {
    // No Python, no compiler, nothing kept: the last way is all that is left.
    const script = `
      import { install } from ${JSON.stringify(path.join(root, 'tools/setup/tensorflow.mjs'))}
      console.log(JSON.stringify(await install(() => {}, async () => 'it is not there')))`
    const env = { PATH: folder, HOME: folder, XDG_CACHE_HOME: path.join(folder, 'cache') }
    const { output } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root, env })
    expect(JSON.parse(output)).toMatchObject({
      ok: false,
      mend: expect.stringContaining('WASTEX_TENSORFLOW=unchecked'),
    })
  })
})

describe('TensorFlow from its wheel', () => {
  it('names everything that is missing at once', async () => {
    const { output } = await build([])
    expect(output).toContain('to build it, install Python 3 with pip')
    expect(output).toContain('a C++ compiler')
  })
})
