/** `npm run check`: everything that can be known without running WasteX. A line each; exit code 1 when one is not as it should be. */
import { wrongConsoleImports } from './check/console-imports.mjs'
import { wrongImports } from './check/imports.mjs'
import { wrongPackages } from './check/supply-chain.mjs'
import { fileURLToPath } from 'node:url'
import { command } from './command.mjs'
import { packageProgram } from './setup/programs.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** `find` returns what is wrong, or nothing. */
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
  for (const { name, mend, find } of checks) {
    const start = performance.now()
    const found = await find()
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${found ? 'WRONG' : 'ok   '}  ${name.padEnd(18)} ${seconds.padStart(5)} s`)
    if (!found) continue
    wrong++
    console.log(`${found.replaceAll(/^/gm, '       ')}\n       -> ${mend}`)
  }
  console.log(
    wrong === 0 ? `All ${checks.length} checks are clean.` : `${wrong} of ${checks.length} checks found something.`,
  )
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
