/** `npm run token`: tokens, whether or not a server runs (src/token.ts). */
import { command } from './command.mjs'

const roles = ['device', 'operator', 'trainer', 'admin']
const usage = `npm run token -- create NAME --role ${roles.join('|')}
npm run token -- list
npm run token -- revoke NAME

Makes, lists or revokes access tokens.`

function check({ values: { role }, positionals: [what, name] }) {
  if (!['create', 'list', 'revoke'].includes(what)) return `There is no '${what}' of a token.`
  if ((what === 'list') !== (name === undefined))
    return name ? `Unexpected argument '${name}'.` : 'The name is missing.'
  if ((what === 'create') !== (role !== undefined)) return role ? `'${what}' takes no role.` : 'The role is missing.'
  if (role && !roles.includes(role.toLowerCase())) return `There is no role '${role}'.`
}

await command(
  {
    usage,
    options: { role: { type: 'string' } },
    positionals: [1, 2],
    check,
    needs: ['packages', 'client', 'build'],
  },
  async ({ values: { role }, positionals: [what, name] }) => {
    process.setSourceMapsEnabled(true)
    const { runTokenCommand } = await import('../dist/token.js')
    await runTokenCommand({ what, name, role })
  },
)
