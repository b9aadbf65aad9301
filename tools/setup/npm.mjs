import path from 'node:path'

/** The npm that runs us, else the one on the path. */
export function npmCommand() {
  const script = process.env.npm_execpath
  if (script && path.basename(script) === 'npm-cli.js') return { program: process.execPath, args: [script] }
  return { program: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] }
}
