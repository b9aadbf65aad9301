/**
 * Who may know whom. Rooms import from the rooms above them in this list and from the hall, never the other way round; each
 * engine is loaded through its door only.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { importsOf, withoutComments } from './imports-of.mjs'

const rooms = [
  'access',
  'photos',
  'model',
  'predictions',
  'reviews',
  'versions',
  'evaluation',
  'training',
  'promotion',
  'keeping',
  'api',
]

/** These put the house together, so they may know every room. */
const entrances = new Set(['main.ts', 'start.ts', 'command.ts', 'token.ts'])

/** What changes files is for src/disk.ts, so that a test can put a disk in its place that fails. */
const changing =
  'writeFile|appendFile|rename|copyFile|cp|truncate|symlink|link|unlink|rm|rmdir|mkdir|mkdtemp|l?utimes|chmod|l?chown|createWriteStream'
const writers = new RegExp(`\\b(?:${changing})(?:Sync)?\\b`)
/** Reading is anybody's. */
const opensToWrite =
  /\bopen(?:Sync)?\((?:[^()]|\([^()]*\))*?,\s*(?:['"](?:r\+|rs\+|w|a)|[^()]*\bO_(?:WRONLY|RDWR|CREAT|APPEND|TRUNC)\b)/
const mayChange = [
  'disk.ts',
  // The built-in PostgreSQL makes and owns its folders itself, also as another user.
  'database/',
  // npm writes there, into a folder of the system's own for what may go at any time.
  'model/weights/nsfwjs.ts',
]

/** Package, and the files or folders of src/ that may name it. */
const doors = {
  sharp: ['photos/'],
  'onnxruntime-node': ['predictions/session.ts'],
  '@tensorflow/tfjs-node': ['model/network/', 'model/engine.ts', 'training/'],
  '@prisma/client': ['db.ts'],
  '@prisma/adapter-pg': ['db.ts'],
  graphql: ['api/'],
  'graphql-yoga': ['api/'],
  '@pothos/core': ['api/'],
  ws: ['api/'],
}
const generatedClient = ['db.ts', 'api/schema/builder.ts']

/** @returns {string[]} a line for each import that goes the wrong way. */
export function wrongImports(root) {
  const src = path.join(root, 'src')
  const sources = readdirSync(src, { recursive: true })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('generated/'))
  return sources.flatMap((file) => {
    const text = readFileSync(path.join(src, file), 'utf8')
    const { packages, files } = importsOf(text)
    const imports = [...packages, ...files].map((target) => complaint(file, target))
    return [...imports, writes(file, withoutComments(text))].filter((line) => line !== undefined)
  })
}

function writes(file, text) {
  const names = /import\s*(?:type\s*(?=\{))?([^'"]*?)\s*from\s*'node:fs(?:\/promises)?'/g
  const imported = [...text.matchAll(names)].map(([, named]) => named)
  const named = imported.map((names) => (names.startsWith('{') ? writers.exec(names)?.[0] : names)).find(Boolean)
  const writer = named ?? (imported.length > 0 ? opensToWrite.exec(text)?.[0] : undefined)
  if (writer === undefined || isAmong(file, mayChange)) return undefined
  return `src/${file} changes files itself (${writer}): the door to the disk is src/disk.ts`
}

function complaint(file, target) {
  if (target.startsWith('.')) return wrongRoom(file, path.posix.join(path.posix.dirname(file), target))
  const name = Object.keys(doors).find((engine) => target === engine || target.startsWith(`${engine}/`))
  if (name === undefined || isAmong(file, doors[name])) return undefined
  return `src/${file} names ${name}, whose door is ${doors[name].map((door) => `src/${door}`).join(', ')}`
}

function wrongRoom(file, target) {
  if (target.startsWith('generated/')) {
    return isAmong(file, generatedClient) ? undefined : `src/${file} imports ${target}: the door to Prisma is src/db.ts`
  }
  const from = roomOf(file)
  const to = roomOf(target)
  if (to === undefined || from === to || entrances.has(file)) return undefined
  if (from === undefined) return `src/${file} is in the hall and imports from the room ${to}`
  return rooms.indexOf(to) < rooms.indexOf(from)
    ? undefined
    : `src/${file} imports ${target}: ${to} stands below ${from}, and imports run downwards only`
}

const isAmong = (file, places) =>
  places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place))
const roomOf = (file) => rooms.find((room) => file.startsWith(`${room}/`))
