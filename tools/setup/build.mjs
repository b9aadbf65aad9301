import { randomUUID } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { packageProgram } from './programs.mjs'
import { fingerprint, readStamp, writeStamp } from './stamp.mjs'

const stampFile = (folder) => path.join(folder, '.stamp')
/** What stands in files that are compiled. Of packages the console's go into what it becomes, so their versions count. */
const sources = (root) =>
  fingerprint(
    ['src', 'console', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) =>
      path.join(root, name),
    ),
    (file) => /\.(?:[jt]sx?|css|html|svg)$/.test(file),
  )

export const isBuilt = (root) => readStamp(stampFile(path.join(root, 'dist'))) === sources(root)

/** Written aside and renamed: dist/ is whole or absent, and holds nothing whose source is gone. */
export async function build(root) {
  const stamp = sources(root)
  const draft = path.join(root, `dist.${randomUUID()}.tmp`)
  const make = async (program, args) => {
    const { ok, output, end } = await packageProgram(root, program, args)
    if (!ok) throw new Error(`${program} failed (${end}):\n${output}`)
  }
  try {
    await make('tsc', ['-p', 'tsconfig.build.json', '--outDir', draft])
    await make('vite', [
      'build',
      'console',
      '--outDir',
      path.join(draft, 'console'),
      '--emptyOutDir',
      '--logLevel=warn',
    ])
    writeStamp(stampFile(draft), stamp)
    rmSync(path.join(root, 'dist'), { recursive: true, force: true })
    renameSync(draft, path.join(root, 'dist'))
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
