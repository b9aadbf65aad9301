/** Imports a dataset as a process of its own, to be killed half-way. Arguments: database address, folder, name. */
import path from 'node:path'
import { readConfig } from '../../src/config.js'
import { connect } from '../../src/db.js'
import { Events } from '../../src/events.js'
import { createLog } from '../../src/log.js'
import { importDataset } from '../../src/versions/import-dataset.js'
import { by } from './doer.js'

const [url = '', folder = '', name = ''] = process.argv.slice(2)
const log = createLog('silent')
const config = readConfig({ WASTEX_IMPORT_ROOTS: path.dirname(folder) })
const events = await Events.open(url, log)
await importDataset({ config, db: connect(url), events, log }, by, { name, path: folder })
process.exit(0)
