/**
 * Writes who may do what, as the schema says it, into docs/limits.md between two markers. With `--check`, says instead whether it
 * is up to date: exit code 1 when it is not.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { mayAct, roles } from '../src/access/actor.js'
import { rootFields } from '../src/api/schema/guard.js'
import { schema } from '../src/api/schema/index.js'
import { readArguments } from './command.mjs'

const { values } = readArguments({
  usage: 'tsx tools/print-roles.ts [--check]',
  options: { check: { type: 'boolean' } },
})
const file = path.resolve(import.meta.dirname, '../docs/limits.md')
const [begin, end] = ['<!-- roles:begin -->', '<!-- roles:end -->']

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const table = [
  row(['operation', 'field', 'nobody', ...roles]),
  row(Array.from({ length: roles.length + 3 }, () => '---')),
  ...rootFields(schema).map(({ operation, name, role: needed }) =>
    row([operation, `\`${name}\``, '-', ...roles.map((role) => (mayAct({ role }, needed) ? 'yes' : '-'))]),
  ),
].join('\n')

const text = readFileSync(file, 'utf8')
const parts = text.split(new RegExp(`(?<=${begin})[\\s\\S]*(?=${end})`))
if (parts.length !== 2) throw new Error(`docs/limits.md has no ${begin} ... ${end}: put the markers back.`)
const made = parts.join(`\n\n${table}\n\n`)

if (!values['check']) writeFileSync(file, made)
else if (made !== text) {
  console.log('it is not what src/api/schema says')
  process.exitCode = 1
}
