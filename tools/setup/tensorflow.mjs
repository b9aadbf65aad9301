/**
 * TensorFlow's native library for `@tensorflow/tfjs-node`, which npm does not bring. What works is found out by loading it
 * (probe), never by looking at files. Run by itself: `node tools/setup/tensorflow.mjs`; exit code 1 when there is none.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ownInstaller } from './tensorflow/installer.mjs'
import { forget, isKept, keepFromClone, placeKept } from './tensorflow/kept.mjs'
import { tfjsNode } from './tensorflow/package.mjs'
import { probe as probeLibrary } from './tensorflow/probe.mjs'
import { buildFromWheel } from './tensorflow/wheel.mjs'

/** src/model/engine.ts reads it: `{ ok: true, node, ... }` or `{ ok: false, node, mend }`. */
const verdictFile = fileURLToPath(new URL('../../node_modules/.wastex/tensorflow.json', import.meta.url))

/** True when the probe passed before, on the very file that is there now, with this Node. Costs no process. */
export function isTensorFlowKnownToWork() {
  try {
    const { ok, tested } = JSON.parse(readFileSync(verdictFile, 'utf8'))
    return ok && tested === identity()
  } catch {
    return false // No verdict, or no addon.
  }
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<{ ok: true, how: string } | { ok: false, mend: string }>}
 */
export async function ensureTensorFlow(say) {
  const result = await install(say)
  mkdirSync(path.dirname(verdictFile), { recursive: true })
  const draft = `${verdictFile}.${process.pid}.tmp`
  const verdict = { ...result, node: process.version, ...(result.ok && { tested: identity() }) }
  writeFileSync(draft, JSON.stringify(verdict))
  renameSync(draft, verdictFile)
  return result
}

/** @param {() => Promise<string | undefined>} probe what is wrong with what is there */
export async function install(say, probe = probeLibrary) {
  if ((await probe()) === undefined) return { ok: true, how: 'was there' }
  if (isKept()) {
    placeKept()
    if ((await probe()) === undefined) return { ok: true, how: 'kept from an earlier clone' }
    forget()
  }
  const problems = []
  for (const [how, way] of ways) {
    const problem = (await attempt(() => way(say))) ?? (await probe())
    if (problem === undefined) return { ok: true, how }
    problems.push(problem)
  }
  return {
    ok: false,
    mend: `Training needs TensorFlow's native library: ${problems.join('; ')}. Then start WasteX again.`,
  }
}

/** What the package's own installer downloads is checked by nobody, so it is run only where a person has said so. */
const ways = [
  [
    "from TensorFlow's Python wheel",
    async (say) => {
      const problem = await buildFromWheel(say)
      if (problem === undefined) placeKept()
      return problem
    },
  ],
  [
    'by its own installer, unchecked',
    async () => {
      if (process.env.WASTEX_TENSORFLOW !== 'unchecked')
        return 'or let its own installer download it, whose files nobody checks: WASTEX_TENSORFLOW=unchecked'
      const problem = (await ownInstaller()) ?? (await probeLibrary())
      if (problem === undefined) keepFromClone()
      return problem
    },
  ],
]

async function attempt(way) {
  try {
    return await way()
  } catch (error) {
    return error.message // A full disk, a folder that may not be written: the next way, or a clear word at the end.
  }
}

function identity() {
  const { folder, addon } = tfjsNode()
  const { size, mtimeMs } = statSync(path.join(folder, addon))
  return [process.version, process.arch, size, mtimeMs].join(' ')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const usage = `node tools/setup/tensorflow.mjs

Looks for TensorFlow's native library, and brings it where it is missing. Exit code 1 when there is none.`
  const { command } = await import('../command.mjs')
  await command({ usage, needs: ['packages'] }, async () => {
    const result = await ensureTensorFlow((line) => console.log(`TensorFlow: ${line}`))
    console.log(result.ok ? `TensorFlow: ready (${result.how})` : result.mend)
    process.exitCode = result.ok ? 0 : 1
  })
}
