/**
 * Functions of `node:util` that `@tensorflow/tfjs-node` calls and that newer releases of Node no longer have (23 removed them) or warn
 * about. To be imported before the package, in each thread that loads it. Plain JavaScript, because set-up runs this very file, too,
 * before anything is built: `node --import`.
 */
import util from 'node:util'

Object.assign(util, {
  /** @param {unknown} value */
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
})
