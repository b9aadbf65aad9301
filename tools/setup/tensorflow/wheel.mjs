/**
 * First way: the C library from TensorFlow's Python wheel (the same functions, under other file names), and the addon
 * compiled against it. Taken with pip, which obeys the user's index and proxy, and checked by hash. No Python code of it runs.
 */
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { lastLine, run } from '../run.mjs'
import { draftFolder, keep } from './kept.mjs'
import { headers, tfjsNode } from './package.mjs'

/** For CPython 3.12, whatever Python is here: only its C library is used. */
const wheels = {
  'linux-x64': {
    requirement: 'tensorflow-cpu==2.21.0',
    platform: 'manylinux_2_27_x86_64',
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  },
  'linux-arm64': {
    requirement: 'tensorflow==2.21.0',
    platform: 'manylinux_2_27_aarch64',
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
  },
  'darwin-arm64': {
    requirement: 'tensorflow==2.21.0',
    platform: 'macosx_12_0_arm64',
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
  },
  'darwin-x64': {
    requirement: 'tensorflow==2.16.2',
    platform: 'macosx_10_15_x86_64',
    sha256: '912b8cd1f88fd1ef32b8db54f0193ad0a3f057691324436ba82c5f74a63a17dd',
  },
}

/** The wheel, and what is unpacked of it. */
const neededBytes = 1.3e9

/** @returns {Promise<string | undefined>} what is missing or went wrong; undefined when it is built and kept. */
export async function buildFromWheel(say) {
  const platform = `${process.platform}-${process.arch}`
  const wheel = wheels[platform]
  if (!wheel) return `there is no wheel of TensorFlow to build it from for ${platform}`

  const draft = draftFolder()
  try {
    const python = await findPython()
    const compiler = await findCompiler()
    const free = statfsSync(draft)
    const missing = [
      python ? [] : ['Python 3 with pip (Debian, Ubuntu: apt-get install python3-pip)'],
      compiler ? [] : ['a C++ compiler (Debian, Ubuntu: apt-get install g++; macOS: xcode-select --install)'],
      free.bavail * free.bsize > neededBytes ? [] : [`1.3 GB of free disk at ${path.dirname(draft)}`],
    ].flat()
    if (!python || !compiler || missing.length > 0) return `to build it, install ${missing.join(', and ')}`

    say(`taking it from ${wheel.requirement} (270 MB by pip), and compiling its addon`)
    const problem = (await fetch(python, wheel, draft)) ?? (await compile(compiler, draft))
    if (problem) return problem
    for (const leftover of ['download', 'include']) rmSync(path.join(draft, leftover), { recursive: true, force: true })
    keep(draft)
    return undefined
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

async function findPython() {
  for (const python of [process.env.PYTHON, 'python3', 'python'].filter(Boolean)) {
    const { ok } = await run(python, ['-m', 'pip', '--version'], { limitMs: 30_000 })
    if (ok) return python
  }
  return undefined
}

async function findCompiler() {
  for (const compiler of [process.env.CXX, 'g++', 'clang++', 'c++'].filter(Boolean)) {
    // macOS has programs of these names that only ask to install the real ones: compiling is the test.
    const source = { input: '#include <string>\nint main() { return std::string().size(); }' }
    const { ok } = await run(compiler, ['-x', 'c++', '-std=c++17', '-fsyntax-only', '-'], source)
    if (ok) return compiler
  }
  return undefined
}

const unpack = `
import pathlib, re, sys, zipfile
wheel, target = sys.argv[1:]
library = re.compile(r'tensorflow/(libtensorflow_(?:cc|framework)\\.[^/]+)$')
header = re.compile(r'tensorflow/(include/(?:tensorflow/(?:c|core/platform|tsl)|tsl|xla)/.+)$')
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        found = library.match(entry.filename)
        place = 'deps/lib/' + found[1] if found else (header.match(entry.filename) or [None, None])[1]
        if place is None or entry.is_dir(): continue
        path = pathlib.Path(target, place)
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, open(path, 'wb') as sink:
            while piece := source.read(1 << 20): sink.write(piece)
`

async function fetch(python, { requirement, platform, sha256 }, draft) {
  const download = path.join(draft, 'download')
  const list = path.join(draft, 'download', 'requirements.txt')
  mkdirSync(download)
  writeFileSync(list, `${requirement} --hash=sha256:${sha256}\n`)
  const target = [
    '--only-binary=:all:',
    '--implementation=cp',
    '--python-version=3.12',
    '--abi=cp312',
    `--platform=${platform}`,
  ]
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--require-hashes',
    ...target,
    '--timeout=10',
    '--retries=1',
    '--no-cache-dir',
  ]
  const got = await run(python, [...args, '--dest', download, '--requirement', list], { limitMs: 1_800_000 })
  if (!got.ok) return `pip cannot get ${requirement} (${lastLine(got.output)})`
  const wheel = readdirSync(download).find((name) => name.endsWith('.whl'))
  const unpacked = await run(python, ['-c', unpack, path.join(download, wheel), draft])
  return unpacked.ok ? undefined : `its wheel could not be unpacked (${lastLine(unpacked.output)})`
}

/** What binding.gyp says, without node-gyp: two files, one command, no make and no Python at it. */
async function compile(compiler, draft) {
  const { folder, napi, addon, libraries } = tfjsNode()
  const output = path.join(draft, addon)
  mkdirSync(path.dirname(output), { recursive: true })
  const libraryFolder = path.join(draft, libraries)
  const includes = [headers(), path.join(draft, 'include')].map((include) => `-I${include}`)
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => path.join(folder, 'binding', name))
  const isMac = process.platform === 'darwin'
  const shared = isMac ? ['-dynamiclib', '-undefined', 'dynamic_lookup'] : ['-shared']
  // The addon lies in lib/napi-v8, the libraries in deps/lib.
  const search = `-Wl,-rpath,${isMac ? '@loader_path' : '$ORIGIN'}/../../deps/lib`
  const linked = readdirSync(libraryFolder).map((name) => path.join(libraryFolder, name))
  const flags = ['-std=c++17', '-O2', '-fPIC', '-w', `-DNAPI_VERSION=${napi}`]
  const built = await run(compiler, [...flags, ...shared, ...includes, ...sources, ...linked, search, '-o', output])
  return built.ok
    ? undefined
    : `its addon does not compile (${built.output.split('\n').find((line) => line.includes('error')) ?? built.end})`
}
