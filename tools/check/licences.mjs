/** Under which licences the packages are that a server or the console carries: from package-lock.json, without a network. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** By their SPDX names. All of them let the packages be used and passed on, unchanged and with their licence beside them. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'EPL-2.0',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MPL-2.0',
  'OFL-1.1',
  'Unlicense',
])
/** Packages that name none of these, and what a person has read in them. */
const read = {
  'dejavu-fonts-ttf': 'Bitstream Vera: fonts that may be used and passed on',
  h5wasm: 'NIST, public domain; HDF5 in it is under a licence like BSD-3-Clause',
  'seq-queue': 'MIT, in its LICENSE',
}

/** @returns {string[]} a line for each package whose licence is not allowed, and for each word that is no longer true */
export function wrongLicences(root) {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const wrong = new Set()
  const unseen = new Set(Object.keys(read))
  for (const [place, { dev, license }] of Object.entries(packages)) {
    if (place === '' || dev || isAllowed(license ?? '')) continue
    const name = place.replace(/^.*node_modules\//, '')
    unseen.delete(name)
    if (!Object.hasOwn(read, name)) wrong.add(`${name} is under ${license ?? 'no licence that it names'}`)
  }
  for (const name of unseen) wrong.add(`${name} names an allowed licence, or is gone: tools/check/licences.mjs has it`)
  return [...wrong]
}

/** @param {string} licence an SPDX expression: of alternatives one is enough */
const isAllowed = (licence) =>
  licence
    .replaceAll(/[()]/g, '')
    .split(/ or /i)
    .some((alternative) => alternative.split(/ and /i).every((name) => allowed.has(name.trim())))
