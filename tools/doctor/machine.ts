/** Node, processor, memory, disk. */
import { existsSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Config } from '../../src/config.js'
import { supportedNodes } from '../setup/node/version.mjs'
import { type Finding, fail, gibibytes, ok, warn } from './finding.js'

/** What kernels of TensorFlow and onnxruntime ask for, by the kernel's names for them. */
const wanted = { AVX2: 'avx2', 'AVX-512': 'avx512f', VNNI: 'avx512_vnni', 'AVX-VNNI': 'avx_vnni' }
/** Serving takes about 0.6 GiB under load, training 2.9. */
const forServing = 1 * 2 ** 30
const forTraining = 4 * 2 ** 30
const littleDisk = 5 * 2 ** 30
const noDisk = 0.5 * 2 ** 30

export function node(restartedFrom: string | undefined): Finding {
  const says = `${process.version}, ${process.platform} ${process.arch}`
  if (restartedFrom === undefined) return ok('Node', says)
  return warn(
    'Node',
    `${says}, from npm's registry (${process.execPath}): every command restarts itself under it, because the Node found here, v${restartedFrom}, is not supported. Install Node ${supportedNodes}.`,
  )
}

export function processor(): Finding {
  const cores = `${os.availableParallelism()} cores (${os.cpus()[0]?.model.trim() ?? os.arch()})`
  if (!existsSync('/proc/cpuinfo')) return warn('processor', `${cores}; what it can do is not known here`)
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(' '))
  const has = (name: keyof typeof wanted) => flags.has(wanted[name])
  const names = (Object.keys(wanted) as (keyof typeof wanted)[]).map((name) => `${name} ${has(name) ? 'yes' : 'no'}`)
  const features = `${cores}: ${names.join(', ')}`
  if (process.arch === 'x64' && !has('AVX2'))
    return warn('processor', `${features}. Training and serving are several times slower without AVX2.`)
  if (process.arch === 'x64' && !has('VNNI') && !has('AVX-VNNI'))
    return warn(
      'processor',
      `${features}. Without VNNI keep WASTEX_PRECISION=float32: 8 bits gain little and may overflow.`,
    )
  return ok('processor', features)
}

export function memory(): Finding {
  const [free, total] = [gibibytes(os.freemem()), gibibytes(os.totalmem())]
  const says = `${free} free of ${total}`
  if (os.totalmem() < forServing) return fail('memory', `${says}: serving takes about 0.6 GiB. Use a larger machine.`)
  if (os.freemem() < forTraining)
    return warn('memory', `${says}: training takes about 3 GiB. End what else runs first.`)
  return ok('memory', says)
}

export const disks = ({ dataDir, modelsDir, datasetsDir }: Config): Promise<Finding>[] =>
  [
    ['WASTEX_DATA', dataDir],
    ['WASTEX_MODELS', modelsDir],
    ['WASTEX_DATASETS', datasetsDir],
  ].map(([setting = '', folder = '']) => disk(setting, folder))

async function disk(setting: string, folder: string): Promise<Finding> {
  let there = folder
  while (!existsSync(there)) there = path.dirname(there)
  const { bavail, bsize } = await statfs(there)
  const free = bavail * bsize
  const says = `${gibibytes(free)} free at ${folder}${there === folder ? '' : ' (made at start)'}`
  const mend = `Make room, or name another folder by ${setting}.`
  if (free < noDisk) return fail(setting, `${says}. ${mend}`)
  return free < littleDisk ? warn(setting, `${says}. ${mend}`) : ok(setting, says)
}
