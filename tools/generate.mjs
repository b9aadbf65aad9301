/** `npm run generate`: all that is made from something else: the database client, schema.graphql, the table of roles, the typed documents. */
import { root, setUp } from './setup.mjs'
import { packageProgram } from './setup/programs.mjs'

await setUp(['packages', 'client'])
await run('tsx', ['tools/print-schema.ts'])
await run('tsx', ['tools/print-roles.ts'])
await run('graphql-codegen', [])
console.log('schema.graphql, docs/limits.md and documents/generated are up to date')

async function run(program, args) {
  const { ok, output: said, end } = await packageProgram(root, program, args)
  if (ok) return
  console.error(`${program} failed (${end}):\n${said}`)
  process.exit(1)
}
