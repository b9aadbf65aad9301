/** A request that comes again under its key is answered as it was, and does nothing again. */
import type { PrismaClient } from '../db.js'
import { conflict } from '../errors.js'
import { type Doer, nameOf } from './doer.js'
import { answerOf, RequestRepeated } from './receipts.js'

interface UnderWay {
  readonly request: string
  readonly answer: Promise<unknown>
}

/** By actor, key and place. A server has one database; tests have several side by side. */
const underWayIn = new WeakMap<PrismaClient, Map<string, UnderWay>>()

/**
 * In this process a second one waits for the first. Another process does the work beside it: whoever writes the key second has
 * its change undone with it, and answers what the first has answered. A work that fails leaves no key, and may be tried again.
 * @param work writes the answer that it returns together with its change, under `doer.receipt`
 * @throws WasteXError CONFLICT when the key was given to another request; whatever `work` throws
 */
export async function once<T>(db: PrismaClient, doer: Doer, work: () => Promise<T>): Promise<T> {
  const { receipt } = doer
  if (!receipt) return work()
  const underWay = underWayIn.get(db) ?? new Map<string, UnderWay>()
  underWayIn.set(db, underWay)
  const actor = nameOf(doer.actor).id
  const id = JSON.stringify([actor, receipt.key, receipt.place])
  const first = underWay.get(id)
  if (first && first.request !== receipt.request)
    throw conflict(
      'This Idempotency-Key is that of another request, which is under way. A new request needs a new key.',
    )
  if (first) return first.answer as Promise<T>
  const answer = answeredOrDone(db, actor, receipt, work).finally(() => underWay.delete(id))
  underWay.set(id, { request: receipt.request, answer })
  return answer
}

async function answeredOrDone<T>(
  db: PrismaClient,
  actor: string,
  receipt: NonNullable<Doer['receipt']>,
  work: () => Promise<T>,
): Promise<T> {
  const before = await answerOf(db, actor, receipt)
  if (before) return before.answer as T
  try {
    return await work()
  } catch (error) {
    // It may have failed because the same request has been answered meanwhile: the name is taken, the run is over.
    const meanwhile = await answerOf(db, actor, receipt)
    if (meanwhile) return meanwhile.answer as T
    // Its neighbours in the request have been answered, and it was undone with them.
    if (error instanceof RequestRepeated) return answeredOrDone(db, actor, receipt, work)
    throw error
  }
}
