/**
 * Writes the schema as SDL to `schema.graphql`: it is kept beside the code, so that a change of the API is seen as one.
 * With `--check`, says instead whether it is up to date: exit code 1 when it is not.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { printSchema } from 'graphql'
import { schema } from '../src/api/schema/index.js'
import { readArguments } from './command.mjs'

const { values } = readArguments({
  usage: 'tsx tools/print-schema.ts [--check]',
  options: { check: { type: 'boolean' } },
})
const file = path.resolve(import.meta.dirname, '../schema.graphql')
const sdl = `${printSchema(schema)}\n`

if (!values['check']) writeFileSync(file, sdl)
else if (readFileSync(file, 'utf8') !== sdl) {
  console.log('it is not what src/api/schema says')
  process.exitCode = 1
}
