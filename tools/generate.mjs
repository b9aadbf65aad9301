/** `npm run generate`: all that is made from something else: the database client, schema.graphql, the typed documents. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, setUp } from './setup.mjs'
import { packageProgram } from './setup/programs.mjs'

await setUp(['packages', 'client'])
writeFileSync(path.join(root, 'schema.graphql'), `${await output('tsx', ['tools/print-schema.ts'])}\n`)
await output('graphql-codegen', [])
console.log('schema.graphql and documents/generated are up to date')

async function output(program, args) {
  const { ok, output: said, end } = await packageProgram(root, program, args)
  if (ok) return said
  console.error(`${program} failed (${end}):\n${said}`)
  process.exit(1)
}
