/** Writes the table of limits into docs/limits.md, from the constants; test/limits.test.ts says when it is wanted. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { limitsSection } from '../test/support/limits-table.js'

const file = path.resolve(import.meta.dirname, '..', 'docs', 'limits.md')
const text = readFileSync(file, 'utf8')
const begin = text.indexOf('### Photos')
const end = text.indexOf('<!-- limits:end -->')
if (begin < 0 || end < begin) throw new Error('docs/limits.md has lost its markers: put them back')
writeFileSync(file, `${text.slice(0, begin)}${limitsSection()}\n\n${text.slice(end)}`)
