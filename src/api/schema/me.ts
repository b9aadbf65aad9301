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
