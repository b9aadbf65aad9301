import path from 'node:path'
import { packageProgram } from './programs.mjs'
import { fingerprint, readStamp, writeStamp } from './stamp.mjs'

const stampFile = (root) => path.join(root, 'src', 'generated', '.stamp')
// The version of the generator counts, too; it is in the lock.
const source = (root) => fingerprint([path.join(root, 'prisma', 'schema.prisma'), path.join(root, 'package.json')])

export const isClientGenerated = (root) => readStamp(stampFile(root)) === source(root)

export async function generateClient(root) {
  const stamp = source(root)
  const { ok, output, end } = await packageProgram(root, 'prisma', ['generate'])
  if (!ok) throw new Error(`prisma generate failed (${end}):\n${output}`)
  writeStamp(stampFile(root), stamp)
}
