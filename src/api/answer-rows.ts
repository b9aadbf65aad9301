/** The rows that the answer to a photo shows beside what the model said: the photo in review, and the run that answered. */
import { queryFromInfo } from '@pothos/plugin-prisma'
import type { GraphQLResolveInfo } from 'graphql'
import type { Image, TrainingRun } from '../db.js'
import type { Classification } from '../reviews/triage.js'
import { asksFor } from './asks-for.js'
import type { Context } from './context.js'

export interface AnswerRows {
  readonly image: Image | null
  readonly servedBy: TrainingRun
}

/**
 * The rows are read once an answer, before its photo is counted (reviews/triage.ts): a photo whose answer fails is not counted.
 * @param path from the field that is resolved to the classification
 */
export function answerRows(context: Context, info: GraphQLResolveInfo, path: readonly string[] = []) {
  const { db } = context.hall
  const queryOf = (field: string): object => queryFromInfo({ context, info, path: [...path, field] })

  async function imageOf({ imageId }: Classification): Promise<Image | null> {
    if (imageId === null || !asksFor(info, ...path, 'image')) return null
    return db.image.findUnique({ ...queryOf('image'), where: { id: imageId } })
  }

  /** The name and the id, which every phone asks for, need no query. */
  async function runOf({ run }: Classification): Promise<TrainingRun> {
    const query: { select?: object } = queryOf('servedBy')
    if (Object.keys(query.select ?? {}).every((column) => column in run)) return run as TrainingRun
    return db.trainingRun.findUniqueOrThrow({ ...query, where: { id: run.id } })
  }

  const known = new Map<string, Promise<AnswerRows>>()
  return (answer: Classification): Promise<AnswerRows> => {
    // A request that comes again may be answered with what another server has said.
    const key = JSON.stringify([answer.imageId, answer.run.id])
    const rows =
      known.get(key) ?? Promise.all([imageOf(answer), runOf(answer)]).then(([image, servedBy]) => ({ image, servedBy }))
    known.set(key, rows)
    return rows
  }
}
