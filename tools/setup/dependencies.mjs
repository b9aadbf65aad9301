import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { usersOfBuilds } from './builds.mjs'
import { npmCommand } from './npm.mjs'
import { run } from './run.mjs'

/** npm's own record of what it put there, held against the lock: also right after an `npm install` by hand. */
export function areDependenciesThere(root) {
  const installedFile = path.join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installedFile)) return false
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages
  return Object.entries(wanted).every(
    // Optional ones are there or not, by platform.
    ([place, { version, optional }]) => place === '' || optional || installed[place]?.version === version,
  )
}

export async function installDependencies(root) {
  // Their libraries and threads load packages later than at their start.
  const users = usersOfBuilds(root)
  if (users.length > 0)
    throw new Error(
      `Its packages have changed, and a WasteX that runs from this folder (process ${users.join(', ')}) uses the earlier ones. Stop that first.`,
    )
  const npm = npmCommand()
  // .npmrc says so, too; yet a setting in the environment would be believed over it.
  const args = [...npm.args, 'ci', '--ignore-scripts', '--include=dev', '--no-progress', '--loglevel=error']
  const { ok, output, end } = await run(npm.program, args, { cwd: root, limitMs: 1_800_000 })
  // After the reason npm tells how it is used.
  if (!ok) throw new Error(`npm ci failed (${end}):\n${output.split('\n').slice(0, 20).join('\n')}`)
}
