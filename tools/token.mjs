/** `npm run token`: tokens, whether or not a server runs (src/token.ts). */
import { command } from './command.mjs'

const roles = ['device', 'operator', 'trainer', 'admin']
const usage = `npm run token -- create NAME --role ${roles.join('|')} [--days DAYS]
npm run token -- list
npm run token -- revoke NAME

Makes, lists or revokes access tokens. With --days a token is good for so many days, else until it is revoked.`

function check({ values: { role, days }, positionals: [what, name] }) {
  if (!['create', 'list', 'revoke'].includes(what)) return `There is no '${what}' of a token.`
  if ((what === 'list') !== (name === undefined))
    return name ? `Unexpected argument '${name}'.` : 'The name is missing.'
  if ((what === 'create') !== (role !== undefined)) return role ? `'${what}' takes no role.` : 'The role is missing.'
  if (role && !roles.includes(role.toLowerCase())) return `There is no role '${role}'.`
  if (days !== undefined && what !== 'create') return `'${what}' takes no days.`
  if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days)) return `--days takes a whole number from 1, not '${days}'.`
}

await command(
  {
    usage,
    options: { role: { type: 'string' }, days: { type: 'string' } },
    positionals: [1, 2],
    check,
    needs: ['packages', 'client', 'build'],
  },
  async ({ values: { role, days }, positionals: [what, name] }) => {
    process.setSourceMapsEnabled(true)
    const { runTokenCommand } = await import('../dist/token.js')
    await runTokenCommand({ what, name, role, ...(days && { days: Number(days) }) })
  },
)
