/** A photo in, an answer out. */
import type { GraphQLResolveInfo } from 'graphql'
import { badInput } from '../../errors.js'
import type { HeatMap } from '../../predictions/heat-map.js'
import { longestName } from '../../reviews/class-name.js'
import { sendToReview } from '../../reviews/dispute.js'
import { type Classification, classify, type Upload } from '../../reviews/triage.js'
import { type AnswerRows, answerRows } from '../answer-rows.js'
import { asksFor } from '../asks-for.js'
import { longestKey, once, type OnceArguments } from '../once.js'
import { phaseEnded } from '../../metrics.js'
import { currentRequest } from '../../request.js'
import { errorForClient } from '../errors-for-clients.js'
import { builder } from './builder.js'
import { OodReasonEnum } from './enums.js'
import { Image } from './image.js'
import { TrainingRun } from './run.js'
import type { Context } from '../context.js'
import { maxUploads } from '../multipart.js'

type Score = Classification['scores'][number]

const ClassScore = builder.objectRef<Score>('ClassScore').implement({
  role: 'DEVICE',
  description: 'How a class did.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'Name of the class.' }),
    logit: t.exposeFloat('logit', { description: 'Raw output of the network.' }),
    probability: t.exposeFloat('probability', { description: 'Softmax of the logits, 0 to 1.' }),
    calibrated: t.float({
      nullable: true,
      description:
        'How likely it is right, 0 to 1: softmax at the temperature that fits the validation photos best. Null for models trained before there was one, or whose validation photos do not settle it: too few, or all named rightly.',
      // An answer that was kept for a request sent again may be older than the field.
      resolve: ({ calibrated }) => calibrated ?? null,
    }),
  }),
})

const HeatMapType = builder.objectRef<HeatMap>('HeatMap').implement({
  role: 'DEVICE',
  description:
    'A grid over the whole photo, which is shown to the network stretched to a square: how much each place speaks for a class against the others (class activation map).',
  fields: (t) => ({
    width: t.exposeInt('width', { description: 'Places in a row.' }),
    height: t.exposeInt('height', { description: 'Rows.' }),
    values: t.expose('values', {
      type: ['Float'],
      description:
        'Row by row from the top left corner, to three decimals: 0 (no part in it) to 1 (most). Nothing but 0 when no place speaks for the class.',
    }),
  }),
})

const ClassificationType = builder.objectRef<Classification & AnswerRows>('Classification').implement({
  role: 'DEVICE',
  description: 'What the model says of a photo.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'The most likely class.' }),
    confidence: t.exposeFloat('confidence', { description: 'Its softmax probability, 0 to 1.' }),
    energy: t.exposeFloat('energy', {
      description: '-ln(sum(exp(logit))), T = 1: the higher, the less the model knows such a photo.',
    }),
    novelty: t.exposeFloat('novelty', {
      nullable: true,
      description:
        'Distance of its frozen features from those of the training photos, 0 or more; null when it is not measured.',
    }),
    ood: t.exposeBoolean('ood', { description: 'Whether it is out of distribution: one reason is enough.' }),
    oodReasons: t.expose('oodReasons', { type: [OodReasonEnum], description: 'Why; empty when `ood` is false.' }),
    energyThreshold: t.float({
      description: 'It is out of distribution when its energy is above this.',
      resolve: ({ thresholds }) => thresholds.energy,
    }),
    confidenceThreshold: t.float({
      description: 'It is out of distribution when its confidence is below this, 0 to 1.',
      resolve: ({ thresholds }) => thresholds.confidence,
    }),
    noveltyThreshold: t.float({
      nullable: true,
      description: 'It is out of distribution when its novelty is above this; null when novelty is not tested.',
      resolve: ({ thresholds }) => thresholds.novelty,
    }),
    heatMap: t.field({
      type: HeatMapType,
      nullable: true,
      description:
        'Where the network looked for `classLabel`. Computed when it is asked for, and only then; null when the model was made before there were heat maps.',
      // A photo that was sent again may have been answered before there were any.
      resolve: ({ heatMap }) => heatMap ?? null,
    }),
    scores: t.expose('scores', { type: [ClassScore], description: 'Every class, most likely first.' }),
    image: t.expose('image', {
      type: Image,
      nullable: true,
      description:
        'The photo as it is kept for review. Null when it was counted and forgotten: it is in distribution, nobody disputes it (`sendToReview`), and chance has not chosen it (`WASTEX_REVIEW_SHARE`).',
    }),
    servedBy: t.expose('servedBy', { type: TrainingRun, description: 'The run whose model answered.' }),
  }),
})

const PhotoError = builder.objectRef<{ code: string; message: string }>('PhotoError').implement({
  role: 'DEVICE',
  description: 'Why a photo has no classification.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'As in `extensions.code` of an error: `UNSUPPORTED_IMAGE`, ...' }),
    message: t.exposeString('message', { description: 'In words, for people.' }),
  }),
})

interface Place {
  index: number
  classification: (Classification & AnswerRows) | null
  error: { code: string; message: string } | null
}

const ClassifyResult = builder.objectRef<Place>('ClassifyResult').implement({
  role: 'DEVICE',
  description: 'What became of one of several photos.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Its place in `images`, from 0.' }),
    classification: t.expose('classification', {
      type: ClassificationType,
      nullable: true,
      description: 'What the model says; null when there is an error.',
    }),
    error: t.expose('error', {
      type: PhotoError,
      nullable: true,
      description: 'What was wrong; null when nothing was.',
    }),
  }),
})

interface Sent extends OnceArguments {
  readonly heat: boolean
  /** Of the field that answers, down to the classification. */
  readonly path?: readonly string[]
}

const classifyFile = async (context: Context, info: GraphQLResolveInfo, file: File, { heat, path, ...key }: Sent) => {
  const { hall, serving } = context
  const upload = await uploadOf(file)
  const rows = answerRows(context, info, path)
  const answer = await once(context, info, (by) => classify(hall, serving, by, upload, { heat }, rows), key)
  return { ...answer, ...(await rows(answer)) }
}

const uploadOf = async (file: File): Promise<Upload> => ({
  bytes: new Uint8Array(await file.arrayBuffer()),
  filename: file.name,
})

/** Its bytes came with the request. */
function received(): void {
  const request = currentRequest()
  if (request) phaseEnded('receive', request.startedAt)
}

const whatKey = `The header \`Idempotency-Key\` for clients that cannot set it: sent again with the same key, it is answered as the first time, and nothing is counted again. 1 to ${longestKey} visible ASCII characters.`

builder.mutationFields((t) => ({
  classify: t.field({
    type: ClassificationType,
    role: 'DEVICE',
    description:
      'Names the waste on a photo (JPEG, PNG or WebP, at most 10 MiB). In distribution: counted and forgotten, but for the share that chance sends to review as well (`WASTEX_REVIEW_SHARE`). Out of distribution: kept once for each content, and queued for review.',
    args: {
      image: t.arg({ type: 'Upload', required: true, description: 'The photo.' }),
      idempotencyKey: t.arg.string({ description: whatKey }),
    },
    resolve: (_root, { image, idempotencyKey }, context, info) => {
      received()
      return classifyFile(context, info, image, { key: idempotencyKey, heat: asksFor(info, 'heatMap') })
    },
  }),
  classifyMany: t.field({
    type: [ClassifyResult],
    role: 'DEVICE',
    description: 'The same for several photos: one result each, in order. A bad photo spoils only its own place.',
    args: {
      images: t.arg({ type: ['Upload'], required: true, description: `The photos, at most ${maxUploads}.` }),
      idempotencyKey: t.arg.string({ description: `${whatKey} Each photo is remembered by itself.` }),
    },
    resolve: (_root, { images, idempotencyKey }, context, info) => {
      received()
      if (images.length > maxUploads) throw badInput('images', `At most ${maxUploads} photos at once.`)
      const heat = asksFor(info, 'classification', 'heatMap')
      return Promise.all(
        images.map(async (image, index): Promise<Place> => {
          try {
            return {
              index,
              classification: await classifyFile(context, info, image, {
                key: idempotencyKey,
                index,
                heat,
                path: ['classification'],
              }),
              error: null,
            }
          } catch (error) {
            const { code, message } = errorForClient(error, context.hall.log)
            return { index, classification: null, error: { code, message } }
          }
        }),
      )
    },
  }),
  sendToReview: t.field({
    type: ClassificationType,
    role: 'DEVICE',
    description:
      '“That is wrong”: keeps a photo for review, of whatever class the network is sure. A photo that was in distribution was forgotten, so it is sent again; it is classified as by `classify`, and counted nowhere. One that is in the queue already is DISPUTED as well from then on, and has the new suggestion; one that an operator is done with stays as it is.',
    args: {
      image: t.arg({ type: 'Upload', required: true, description: 'The photo, as for `classify`.' }),
      classLabel: t.arg.string({
        description: `What it shows instead, for the operator to read (\`suggestedLabel\`); introduces no class. Trimmed, 1 to ${longestName} characters. Left out: what was suggested before stays.`,
      }),
      idempotencyKey: t.arg.string({ description: whatKey }),
    },
    resolve: async (_root, { image, classLabel, idempotencyKey }, context, info) => {
      received()
      const { hall, serving } = context
      const upload = await uploadOf(image)
      const asked = { heat: asksFor(info, 'heatMap') }
      const answer = await once(context, info, (by) => sendToReview(hall, serving, by, upload, classLabel, asked), {
        key: idempotencyKey,
      })
      return { ...answer, ...(await answerRows(context, info)(answer)) }
    },
  }),
}))
