import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { currentBuild, switchTo } from './builds.mjs'
import { packageProgram } from './programs.mjs'
import { fingerprint } from './stamp.mjs'

/** What stands in files that are compiled. Of packages the console's go into what it becomes, so their versions count. */
const folderOf = (root) => {
  const sources = ['src', 'console', 'tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json']
  const stamp = fingerprint(
    sources.map((name) => path.join(root, name)),
    (file) => /\.(?:[jt]sx?|css|html|svg)$/.test(file),
  )
  return `dist.${stamp.slice(0, 12)}`
}

export function isBuilt(root) {
  const folder = folderOf(root)
  return currentBuild(root) === folder && existsSync(path.join(root, folder))
}

/** Written aside and renamed: a build is whole or absent, and holds nothing whose source is gone. */
export async function build(root) {
  const folder = folderOf(root)
  const draft = path.join(root, `dist.${randomUUID()}.tmp`)
  const make = async (program, args) => {
    const { ok, output, end } = await packageProgram(root, program, args)
    if (!ok) throw new Error(`${program} failed (${end}):\n${output}`)
  }
  try {
    if (!existsSync(path.join(root, folder))) {
      await make('tsc', ['-p', 'tsconfig.build.json', '--outDir', draft])
      const console = ['--outDir', path.join(draft, 'console'), '--emptyOutDir', '--logLevel=warn']
      await make('vite', ['build', 'console', ...console])
      copyFileSync(path.join(root, 'package.json'), path.join(draft, 'package.json'))
      renameSync(draft, path.join(root, folder))
    }
    switchTo(root, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
