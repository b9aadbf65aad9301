/** `npm run migrate -- --name what_it_does`: a new migration from what changed in prisma/schema.prisma. Needs no database. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { root, setUp } from './setup.mjs'
import { packageEnvironment } from './setup/programs.mjs'

await setUp(['packages', 'client'])
const args = ['tools/with-database.ts', 'prisma', 'migrate', 'dev', ...process.argv.slice(2)]
const [code] = await once(spawn('tsx', args, { cwd: root, env: packageEnvironment(root), stdio: 'inherit' }), 'exit')
process.exitCode = code ?? 1
