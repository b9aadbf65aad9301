/** `npm run generate`: all that is made from something else: the database client, schema.graphql, the table of roles, the typed documents. */
import { command } from './command.mjs'

const usage = `npm run generate

Makes the database client, schema.graphql, the table of roles in docs/limits.md and the typed documents.`

await command({ usage, needs: ['packages', 'client'] }, async () => {
  await run('tsx', ['tools/print-schema.ts'])
  await run('tsx', ['tools/print-roles.ts'])
  await run('graphql-codegen', [])
  console.log('schema.graphql, docs/limits.md and documents/generated are up to date')
})

async function run(program, args) {
  const { root } = await import('./setup.mjs')
  const { packageProgram } = await import('./setup/programs.mjs')
  const { ok, output: said, end } = await packageProgram(root, program, args)
  if (ok) return
  console.error(`${program} failed (${end}):\n${said}`)
  process.exit(1)
}
