/** The answers of requests that may come again, kept under the key that the client gave them. */
import type { Db, Prisma } from '../db.js'
import { conflict } from '../errors.js'
import { type Doer, nameOf, type Receipt } from './doer.js'

/** The request has been answered before, by another process or a moment ago: what was just done is to be undone. */
export class RequestRepeated extends Error {}

export interface Answered extends Receipt {
  /** A token's id, or `anybody`. */
  readonly actor: string
  readonly answer: Prisma.InputJsonValue | null
}

const idOf = ({ actor, key }: { actor: string; key: string }) => JSON.stringify([actor, key])

/**
 * In the transaction of what they answer. Of two that keep the same one, the second waits here for the first.
 * @returns those that were not kept, since they had been, or their key belongs to another request
 */
export async function keepEach<A extends Answered>(tx: Db, answered: readonly A[]): Promise<Set<A>> {
  const rows = new Map<string, { actor: string; key: string; request: string; answers: Record<string, unknown> }>()
  const late = new Set<A>()
  for (const one of answered) {
    const row = rows.get(idOf(one)) ?? { actor: one.actor, key: one.key, request: one.request, answers: {} }
    rows.set(idOf(one), row)
    if (row.request !== one.request || Object.hasOwn(row.answers, one.place)) late.add(one)
    else row.answers[one.place] = one.answer
  }
  // In one order everywhere: nobody waits in a circle.
  const sorted = [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  const kept = await tx.$queryRaw<{ actor: string; key: string }[]>`
    INSERT INTO "IdempotencyKey" AS k (actor, key, request, answers)
    SELECT actor, key, request, answers::jsonb
    FROM unnest(${sorted.map((row) => row.actor)}::text[], ${sorted.map((row) => row.key)}::text[],
      ${sorted.map((row) => row.request)}::text[], ${sorted.map((row) => JSON.stringify(row.answers))}::text[])
      WITH ORDINALITY AS given (actor, key, request, answers, place) ORDER BY place
    ON CONFLICT (actor, key) DO UPDATE SET answers = k.answers || EXCLUDED.answers
    WHERE k.request = EXCLUDED.request
      AND NOT EXISTS (SELECT 1 FROM jsonb_object_keys(EXCLUDED.answers) place WHERE jsonb_exists(k.answers, place))
    RETURNING actor, key`
  const keptIds = new Set(kept.map(idOf))
  for (const one of answered) if (!keptIds.has(idOf(one))) late.add(one)
  return late
}

/**
 * In the transaction of the change, or alone where all was so already: the request is remembered all the same.
 * @param answer what a repetition of the request is answered
 * @throws RequestRepeated when it has been answered before: the change is to be undone
 */
export async function keepReceipt(
  tx: Db,
  { actor, receipt }: Doer,
  answer: Prisma.InputJsonValue | null = null,
): Promise<void> {
  if (!receipt) return
  const late = await keepEach(tx, [{ ...receipt, actor: nameOf(actor).id, answer }])
  if (late.size > 0) throw new RequestRepeated('this request has been answered before')
}

/**
 * @returns what the request was answered; undefined when it has not been
 * @throws WasteXError CONFLICT when the key was given to another request
 */
export async function answerOf(
  db: Db,
  actor: string,
  { key, request, place }: Receipt,
): Promise<{ answer: unknown } | undefined> {
  const row = await db.idempotencyKey.findUnique({ where: { actor_key: { actor, key } } })
  if (!row) return undefined
  if (row.request !== request)
    throw conflict('This Idempotency-Key was given to another request. A new request needs a new key.')
  const answers = row.answers as Record<string, unknown>
  return Object.hasOwn(answers, place) ? { answer: answers[place] } : undefined
}
