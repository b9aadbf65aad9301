/** Who changed what, and what served when. */
import type { Prisma } from '../../db.js'
import { type AuditAction, auditActions } from '../../access/trail.js'
import { badInput } from '../../errors.js'
import { by, connectionOf, type Keyset } from '../page.js'
import { builder } from './builder.js'
import { TrainingRun } from './run.js'

const newestFirst: Keyset = { name: 'AUDIT', columns: [by('id', 'bigint', 'desc')] }

const others: Partial<Record<AuditAction, string>> = {
  END_TRAINING: 'A run completed, failed or was interrupted.',
  PROMOTE: 'Another run serves from then on, by `promote` or, with the actor `system`, by `autoPromote`.',
  PRUNE: 'A run or a version that nothing needed any more was removed, by `npm run prune`.',
  CREATE_TOKEN: 'By `createToken`, or `npm run token`.',
  REMOVE_CLASS: 'By `removeClass`.',
  REVOKE_TOKEN: 'By `revokeToken`, or `npm run token`.',
}

const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'What was done: the mutation of that name, except END_TRAINING and PRUNE.',
  values: Object.fromEntries(
    auditActions.map((action) => [
      action,
      {
        description:
          others[action] ??
          `By \`${action.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}\`.`,
      },
    ]),
  ) as Record<(typeof auditActions)[number], { description: string }>,
})

const asJson = (value: Prisma.JsonValue) => JSON.stringify(value)

const AuditEntry = builder.prismaObject('AuditEntry', {
  description:
    'One change of what the network learns, what serves or who comes in. It is written with the change, and stays.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When, by the database’s clock.' }),
    actor: t.exposeString('actor', {
      description:
        'Who: the id of a token; `anybody` where nobody signs in; `command` for whoever ran one on the machine itself; `system` for what the server did by itself.',
    }),
    actorName: t.exposeString('actorName', { description: 'The token’s name at that time.' }),
    action: t.field({
      type: AuditActionEnum,
      description: 'What was done.',
      resolve: ({ action }) => action as (typeof auditActions)[number],
    }),
    subjectType: t.exposeString('subjectType', {
      description:
        'To what: Image, Photo (one that never went to review), DatasetClass, DatasetVersion, TrainingRun or AccessToken.',
    }),
    subject: t.exposeID('subjectId', { description: 'Its id in the database, also when it is gone.' }),
    subjectName: t.exposeString('subjectName', {
      nullable: true,
      description:
        'Its name. Null for an Image: a file’s name may be a person’s, and the trail keeps what it has; of a Photo its content hash.',
    }),
    before: t.string({ description: 'JSON: how that was which changed.', resolve: ({ before }) => asJson(before) }),
    after: t.string({ description: 'JSON: how it is since.', resolve: ({ after }) => asJson(after) }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description:
        'Of the request that did it (`X-Request-Id`), as in the log; null for what the server or a command did.',
    }),
  }),
})

const AuditEntryConnection = builder.connectionObject(
  { type: AuditEntry, name: 'AuditEntryConnection', description: 'A page of the audit trail.' },
  { name: 'AuditEntryEdge', description: 'An entry in its place in the trail.' },
)

const AuditFilter = builder.inputType('AuditFilter', {
  description: 'Which entries: all conditions that are given must hold.',
  fields: (t) => ({
    action: t.field({ type: AuditActionEnum, description: 'What was done.' }),
    subject: t.string({ description: 'To what: its name, or its id in the database.' }),
    actor: t.string({ description: 'Who: the id or the name of a token, `anybody`, `command`, `system`.' }),
    since: t.field({ type: 'DateTime', description: 'At this moment or later.' }),
    until: t.field({ type: 'DateTime', description: 'Before this moment.' }),
  }),
})

function whereOf({
  action,
  subject,
  actor,
  since,
  until,
}: typeof AuditFilter.$inferInput): Prisma.AuditEntryWhereInput {
  if (since && until && since > until) throw badInput('filter.until', '`until` lies before `since`.')
  return {
    ...(action && { action }),
    AND: [
      subject == null ? {} : { OR: [{ subjectId: subject }, { subjectName: subject }] },
      actor == null ? {} : { OR: [{ actor }, { actorName: actor }] },
    ],
    ...((since || until) && { at: { ...(since && { gte: since }), ...(until && { lt: until }) } }),
  }
}

builder.queryFields((t) => ({
  auditEntries: t.connection(
    {
      type: AuditEntry,
      role: 'OPERATOR',
      description: 'Who changed what the network learns, what serves or who comes in, newest first.',
      args: { filter: t.arg({ type: AuditFilter, description: 'Left out: all of them.' }) },
      resolve: (_root, args, { hall: { db } }) => {
        const filter = whereOf(args.filter ?? {})
        return connectionOf(args, newestFirst, {
          rows: ({ where, ...slice }) => db.auditEntry.findMany({ ...slice, where: { AND: [filter, where] } }),
          count: () => db.auditEntry.count({ where: filter }),
        })
      },
    },
    AuditEntryConnection,
  ),
  activeRunAt: t.prismaField({
    type: TrainingRun,
    role: 'OPERATOR',
    nullable: true,
    description: 'The run that served at that moment; null before the first, and when that run has been removed since.',
    args: { time: t.arg({ type: 'DateTime', required: true, description: 'The moment.' }) },
    resolve: async (query, _root, { time }, { hall: { db } }) => {
      // By number and not by time: promotions are numbered one after another, and a clock may be set back.
      const last = await db.auditEntry.findFirst({
        where: { action: 'PROMOTE', at: { lte: time } },
        orderBy: { id: 'desc' },
        select: { subjectId: true },
      })
      return db.trainingRun.findFirst({ ...query, where: { id: { in: last ? [last.subjectId] : [] } } })
    },
  }),
}))
