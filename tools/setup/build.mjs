import { randomUUID } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { packageProgram } from './programs.mjs'
import { fingerprint, readStamp, writeStamp } from './stamp.mjs'

const stampFile = (folder) => path.join(folder, '.stamp')
const sources = (root) =>
  fingerprint(
    [path.join(root, 'src'), ...['tsconfig.json', 'tsconfig.build.json'].map((name) => path.join(root, name))],
    (file) => file.endsWith('.ts'),
  )

export const isBuilt = (root) => readStamp(stampFile(path.join(root, 'dist'))) === sources(root)

/** Written aside and renamed: dist/ is whole or absent, and holds nothing whose source is gone. */
export async function build(root) {
  const stamp = sources(root)
  const draft = path.join(root, `dist.${randomUUID()}.tmp`)
  try {
    const { ok, output, end } = await packageProgram(root, 'tsc', ['-p', 'tsconfig.build.json', '--outDir', draft])
    if (!ok) throw new Error(`The TypeScript compiler failed (${end}):\n${output}`)
    writeStamp(stampFile(draft), stamp)
    rmSync(path.join(root, 'dist'), { recursive: true, force: true })
    renameSync(draft, path.join(root, 'dist'))
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
