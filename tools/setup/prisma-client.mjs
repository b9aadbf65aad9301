import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageProgram } from './programs.mjs'
import { fingerprint, readStamp, writeStamp } from './stamp.mjs'

const stampFile = (root) => path.join(root, 'src', 'generated', '.stamp')
const source = (root) => {
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  return `${devDependencies.prisma} ${fingerprint([path.join(root, 'prisma', 'schema.prisma')])}`
}

export const isClientGenerated = (root) => readStamp(stampFile(root)) === source(root)

export async function generateClient(root) {
  const stamp = source(root)
  const { ok, output, end } = await packageProgram(root, 'prisma', ['generate'])
  if (!ok) throw new Error(`prisma generate failed (${end}):\n${output}`)
  writeStamp(stampFile(root), stamp)
}
