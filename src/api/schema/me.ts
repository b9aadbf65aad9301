/** Who asks. */
import type { Actor } from '../../access/actor.js'
import { builder } from './builder.js'
import { RoleEnum } from './enums.js'

const Me = builder.objectRef<Actor>('Me').implement({
  role: 'DEVICE',
  description: 'Whoever asks, as the server knows them.',
  fields: (t) => ({
    name: t.string({
      nullable: true,
      description: 'Name of the token; null where nobody has to sign in.',
      resolve: ({ token }) => token?.name ?? null,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when the token is good; null: until it is revoked, or nobody has to sign in.',
      resolve: async ({ token }, _args, { hall }) =>
        token
          ? (await hall.db.accessToken.findUniqueOrThrow({ where: { id: token.id }, select: { expiresAt: true } }))
              .expiresAt
          : null,
    }),
    role: t.field({
      type: RoleEnum,
      description: 'What they may do. ADMIN where nobody has to sign in.',
      resolve: ({ role }) => role,
    }),
  }),
})

builder.queryField('me', (t) =>
  t.field({
    type: Me,
    role: 'DEVICE',
    description: 'Who asks.',
    resolve: (_root, _args, { actor }) => actor,
  }),
)
