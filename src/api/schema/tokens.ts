/** Tokens, for admins. */
import { createToken, mostTokenDays, type NewToken, revokeToken } from '../../access/tokens.js'
import { conflict } from '../../errors.js'
import { endClaims } from '../../reviews/claims.js'
import { once } from '../once.js'
import { by, connectionOf, type Keyset } from '../page.js'
import { builder } from './builder.js'
import { RoleEnum } from './enums.js'
import { pageQuery } from './page-query.js'

const AccessToken = builder.prismaObject('AccessToken', {
  role: 'ADMIN',
  description: 'What a client signs in with. The secret itself is kept nowhere.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique among those that are not revoked.' }),
    role: t.expose('role', { type: RoleEnum, description: 'What it may do.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    createdBy: t.relation('createdBy', {
      nullable: true,
      description: 'The token it was made with; null: by the command, or while nobody had to sign in.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null when it never was.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null while it is good.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when it is good; null: until it is revoked.',
    }),
  }),
})

const AccessTokenConnection = builder.connectionObject(
  { type: AccessToken, name: 'AccessTokenConnection', description: 'A page of tokens.' },
  { name: 'AccessTokenEdge', description: 'A token in its place in the list.' },
)

const CreatedToken = builder.objectRef<NewToken>('CreatedToken').implement({
  role: 'ADMIN',
  description: 'A token that was made just now.',
  fields: (t) => ({
    token: t.field({ type: AccessToken, description: 'The token.', resolve: ({ token }) => token }),
    secret: t.exposeString('secret', { description: 'To sign in with. It is shown this once.' }),
  }),
})

const newestFirst: Keyset = { name: 'TOKEN', columns: [by('createdAt', 'date', 'desc'), by('id', 'uuid', 'desc')] }

builder.queryField('tokens', (t) =>
  t.connection(
    {
      type: AccessToken,
      role: 'ADMIN',
      description: 'All tokens, newest first, revoked ones among them.',
      resolve: (_root, args, context, info) =>
        connectionOf(args, newestFirst, {
          rows: (slice) => context.hall.db.accessToken.findMany({ ...pageQuery(context, info), ...slice }),
          count: () => context.hall.db.accessToken.count(),
        }),
    },
    AccessTokenConnection,
  ),
)

builder.mutationFields((t) => ({
  createToken: t.field({
    type: CreatedToken,
    role: 'ADMIN',
    description:
      'Makes a token. From the first one on, nobody comes in without. `CONFLICT` when one that is good has the name, and when it is sent again with its Idempotency-Key: the secret, which was in the first answer, is kept nowhere.',
    args: {
      name: t.arg.string({ required: true, description: 'For people: who or what it is for. 1 to 64 characters.' }),
      role: t.arg({ type: RoleEnum, required: true, description: 'What it may do.' }),
      days: t.arg.int({
        description: `For how many days it is good: 1 to ${mostTokenDays}. Left out: until it is revoked.`,
      }),
    },
    resolve: async (_root, args, context, info) => {
      const made = await once<NewToken | { name: string }>(context, info, (by) =>
        createToken(context.hall.db, by, args),
      )
      if ('secret' in made) return made
      throw conflict(
        `This request has made the token “${made.name}”, and its secret was in the answer then: it is kept nowhere. If that answer was lost, revoke the token and make another one, with a new Idempotency-Key.`,
      )
    },
  }),
  revokeToken: t.prismaField({
    type: AccessToken,
    role: 'ADMIN',
    description:
      'Shuts a token out, for ever; what it has open is closed. `NOT_FOUND` when none that is good has the name.',
    args: { name: t.arg.string({ required: true, description: 'Its name.' }) },
    resolve: async (query, _root, { name }, context, info) => {
      const { hall } = context
      const { id } = await once(context, info, (by) =>
        revokeToken(hall.db, by, name, (tx, tokenId) => endClaims(tx, { tokenId })),
      )
      return hall.db.accessToken.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
}))
