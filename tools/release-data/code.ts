/** The code of an earlier release: its commit's tree, beside this one's packages. */
import { execFile } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installDependencies } from '../setup/dependencies.mjs'
import { packageProgram } from '../setup/programs.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/** @returns the commit; undefined where this clone's history does not have it, as in a shallow clone */
export async function commitOf(release: string): Promise<string | undefined> {
  const changes = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8')
  const [, section = ''] = changes.split(new RegExp(`^## ${release.replaceAll('.', String.raw`\.`)}\\b.*$`, 'm'))
  const commit = /^Commit `([0-9a-f]{40})`/m.exec(section.split(/^## /m)[0] ?? '')?.[1]
  if (commit === undefined) throw new Error(`CHANGELOG.md names no commit for release ${release}.`)
  return run('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root }).then(
    () => commit,
    () => undefined,
  )
}

/** Puts the code into an empty folder, so that `node --import tsx src/main.ts` runs it. */
export async function unpackCode(commit: string, folder: string, say: (line: string) => void): Promise<void> {
  const script = 'git archive "$1" | tar -x -C "$2"'
  await run('sh', ['-c', script, 'sh', commit, folder], { cwd: root })
  if (hasItsPackages(folder)) {
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  } else {
    say('Installing its packages (npm ci)')
    await installDependencies(folder)
    await run(process.execPath, ['tools/setup/tensorflow.mjs'], { cwd: folder })
  }
  const { ok, output } = await packageProgram(folder, 'prisma', ['generate'])
  if (!ok) throw new Error(`prisma generate failed:\n${output}`)
}

type Packages = Record<string, { version: string; optional?: boolean }>
const packagesIn = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages }).packages

/** Whether this clone's packages are the very ones that run that release, types aside. */
function hasItsPackages(folder: string): boolean {
  const ours = packagesIn(path.join(root, 'node_modules', '.package-lock.json'))
  return Object.entries(packagesIn(path.join(folder, 'package-lock.json'))).every(
    ([place, { version, optional }]) =>
      place === '' || optional || place.includes('/@types/') || ours[place]?.version === version,
  )
}
