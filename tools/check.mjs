/** `npm run check`: everything that can be known without running WasteX. A line each; exit code 1 when one is not as it should be. */
import { wrongConsoleImports } from './check/console-imports.mjs'
import { wrongImports } from './check/imports.mjs'
import { wrongLicences } from './check/licences.mjs'
import { wrongPackages } from './check/supply-chain.mjs'
import { fileURLToPath } from 'node:url'
import { command } from './command.mjs'
import { npmCommand } from './setup/npm.mjs'
import { packageProgram } from './setup/programs.mjs'
import { lastLine, run } from './setup/run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** `find` returns what is wrong, or nothing; `{ unknown }` says why that cannot be found out here. */
const checks = [
  {
    name: 'types',
    mend: 'mend what the compiler says',
    find: () => complaints('tsc', ['-p', 'tsconfig.json']),
  },
  {
    name: 'lint',
    mend: 'npx oxlint --type-aware --fix mends some of it',
    find: () => complaints('oxlint', ['--type-aware', '--format=unix']),
  },
  {
    name: 'import direction',
    mend: 'move what both rooms need up, into the one that stands above (tools/check/imports.mjs)',
    find: async () => [...wrongImports(root), ...wrongConsoleImports(root)].join('\n'),
  },
  {
    name: 'packages',
    mend: 'npm install without scripts; what is new in package-lock.json is looked at by a person',
    find: async () => wrongPackages(root).join('\n'),
  },
  {
    name: 'licences',
    mend: 'take another package, or read its licence and allow it (tools/check/licences.mjs)',
    find: async () => wrongLicences(root).join('\n'),
  },
  { name: 'known faults', mend: 'npm audit fix, or another package', find: knownFaults },
  {
    name: 'format',
    mend: 'npx prettier --write .',
    find: () => complaints('prettier', ['--list-different', '.']),
  },
  {
    name: 'unused code',
    mend: 'remove it, or use it',
    find: () => complaints('knip', ['--no-progress', '--no-config-hints']),
  },
  {
    name: 'schema.graphql',
    mend: 'npm run generate',
    find: () => complaints('tsx', ['tools/print-schema.ts', '--check']),
  },
  {
    name: 'table of roles',
    mend: 'npm run generate',
    find: () => complaints('tsx', ['tools/print-roles.ts', '--check']),
  },
  { name: 'typed documents', mend: 'npm run generate', find: () => complaints('graphql-codegen', ['--check']) },
  {
    name: 'migrations',
    mend: 'npm run migrate -- what_it_does',
    find: driftOfSchema,
  },
]
const usage = `npm run check

Says everything that can be known without running WasteX. Exit code 1 when a check finds something.`

await command({ usage, needs: ['packages', 'client'] }, async () => {
  let wrong = 0
  const unknown = []
  for (const { name, mend, find } of checks) {
    const start = performance.now()
    const result = await find()
    const found = typeof result === 'string' ? result : undefined
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${found ? 'WRONG' : result?.unknown ? '?    ' : 'ok   '}  ${name.padEnd(18)} ${seconds.padStart(5)} s`)
    if (result?.unknown) unknown.push(`${name}: ${result.unknown}`)
    if (!found) continue
    wrong++
    console.log(`${found.replaceAll(/^/gm, '       ')}\n       -> ${mend}`)
  }
  console.log(
    wrong === 0
      ? `${unknown.length === 0 ? 'All' : checks.length - unknown.length + ' of'} ${checks.length} checks are clean.`
      : `${wrong} of ${checks.length} checks found something.`,
  )
  for (const line of unknown) console.log(`NOT CHECKED: ${line}`)
  process.exitCode = wrong === 0 ? 0 : 1
})

async function complaints(program, args) {
  const { ok, output, end } = await packageProgram(root, program, args)
  return ok ? undefined : output || end
}

/** The exit code alone is not believed: the CLI has been seen to end with 0 when its engine had failed. */
async function driftOfSchema() {
  const compare = [
    'migrate',
    'diff',
    '--from-migrations=prisma/migrations',
    '--to-schema=prisma/schema.prisma',
    '--exit-code',
  ]
  const { output, end } = await packageProgram(root, 'tsx', ['tools/with-database.ts', 'prisma', ...compare])
  return output.includes('No difference detected') ? undefined : output || end
}

/** What the registry knows of the packages that a server or the console carries. */
async function knownFaults() {
  const npm = npmCommand()
  const { output } = await run(npm.program, [...npm.args, 'audit', '--omit=dev', '--json'], {
    cwd: root,
    limitMs: 60_000,
  })
  const report = jsonIn(output)
  const counts = report?.metadata?.vulnerabilities
  if (!counts)
    return {
      unknown: `the registry does not answer \`npm audit\` (${report?.message ?? lastLine(output)}). Check where it does.`,
    }
  const grave = Object.entries(report.vulnerabilities).filter(([, { severity }]) => /high|critical/.test(severity))
  const names = grave.map(([name, { severity }]) => `${name}: ${severity}`)
  return names.length > 0 ? names.join('\n') : undefined
}

function jsonIn(output) {
  try {
    return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1))
  } catch {
    return undefined // npm did not come so far; what it said is told
  }
}
