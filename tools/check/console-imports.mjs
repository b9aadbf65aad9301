/** The console's rooms: each imports from those above it in this list; screens know nothing of each other, and nothing of the server. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { importsOf } from './imports-of.mjs'

const rooms = ['generated', 'look', 'talk', 'versions', 'classes', 'runs', 'charts', 'shell', 'photos']
const screens = new Set(['classify', 'review', 'datasets', 'training', 'evaluation', 'wall'])
/** These put it together. */
const entrances = new Set(['app.tsx', 'main.tsx', 'vite.config.ts'])

/** @returns {string[]} a line for each import that goes the wrong way */
export function wrongConsoleImports(root) {
  const folder = path.join(root, 'console')
  return readdirSync(folder, { recursive: true })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('generated/') && !entrances.has(file))
    .flatMap((file) =>
      importsOf(readFileSync(path.join(folder, file), 'utf8'))
        .files.map((target) => wrong(file, path.posix.join(path.posix.dirname(file), target)))
        .filter((line) => line !== undefined),
    )
}

function wrong(file, target) {
  const [from, to] = [roomOf(file), roomOf(target)]
  if (target.startsWith('..')) return `console/${file} imports ${target}: the console is a client of the API alone`
  if (rank(from) === undefined) return `console/${file} is in no room (tools/check/console-imports.mjs)`
  if (from === to || rank(to) < rank(from)) return undefined
  return `console/${file} imports ${target}: ${to ?? 'what puts it together'} does not stand above ${from}`
}

const roomOf = (file) => (file.includes('/') ? file.split('/')[0] : undefined)
/** Screens share one rank: none stands above another. */
function rank(room) {
  if (screens.has(room)) return rooms.length
  const place = rooms.indexOf(room)
  return place === -1 ? undefined : place
}
