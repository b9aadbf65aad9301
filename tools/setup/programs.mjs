/** The command-line programs of our packages. */
import path from 'node:path'
import { run } from './run.mjs'

/** For programs that look for others of ours on the path, as Prisma does for its generators, and for Node: ours. No calls home. */
export const packageEnvironment = (root) => ({
  ...process.env,
  PATH: [path.join(root, 'node_modules', '.bin'), path.dirname(process.execPath), process.env.PATH].join(
    path.delimiter,
  ),
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
})

export function packageProgram(root, name, args) {
  const program = path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)
  return run(program, args, { cwd: root, env: packageEnvironment(root) })
}
