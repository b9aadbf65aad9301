/** Counts under a key as a process of its own, and never answers. Arguments: database address, class, key. */
import { anybody } from '../../src/access/actor.js'
import { once } from '../../src/access/once.js'
import { connect } from '../../src/db.js'
import { count } from '../../src/predictions/counter.js'

const [url = '', classLabel = '', key = ''] = process.argv.slice(2)
const db = connect(url)
const receipt = { key, request: 'a'.repeat(64), place: 'classify' }
await once(db, { actor: anybody, receipt }, () =>
  count(db, { classLabel, ood: false, answered: { ...receipt, actor: 'anybody', answer: { said: 'by the first' } } }),
)
setInterval(() => undefined, 60_000)
