/** Photos that are kept for an operator. */
import type { ClassProbability as KeptProbability } from '../../reviews/keep-for-review.js'
import { reviewReasonsOf } from '../../reviews/reasons.js'
import { photoUrl, thumbnailUrl } from '../urls.js'
import { builder } from './builder.js'
import { ClassProbability } from './counts.js'
import { OodReasonEnum, ReviewReasonEnum, ThumbnailSizeEnum } from './enums.js'

export const Image = builder.prismaNode('Image', {
  description:
    'A photo kept for review because it was out of distribution, because somebody disputed the answer, or by chance: `reviewReasons` says. One for each content: sent again, the same Image answers.',
  // Whoever sends bytes that are known gets their Image, whoever sent them first; the rest of it is the first sender's.
  role: 'SENDER',
  id: { field: 'id', role: 'DEVICE' },
  nullable: true,
  fields: (t) => ({
    filename: t.exposeString('filename', {
      role: 'DEVICE',
      description: 'Name it was uploaded under, the first time.',
    }),
    contentHash: t.string({
      description: 'SHA-256 of the uploaded bytes, hexadecimal: a photo’s identity.',
      select: { photo: true },
      resolve: ({ photo }) => photo.contentHash,
    }),
    url: t.string({
      description: 'Path on this server of the photo, as it was uploaded.',
      select: { photo: true },
      resolve: ({ photo }, _args, { hall }) => photoUrl(hall.config, photo.contentHash),
    }),
    thumbnailUrl: t.string({
      description: 'Path on this server of a small copy: JPEG, upright. A browser may keep it for a day.',
      args: { size: t.arg({ type: ThumbnailSizeEnum, defaultValue: 'SMALL', description: 'How small.' }) },
      select: { photo: true },
      resolve: ({ photo }, { size }, { hall }) => thumbnailUrl(hall.config, photo.contentHash, size ?? 'SMALL'),
    }),
    width: t.int({
      description: 'Pixels, upright.',
      select: { photo: true },
      resolve: ({ photo }) => photo.width,
    }),
    height: t.int({
      description: 'Pixels, upright.',
      select: { photo: true },
      resolve: ({ photo }) => photo.height,
    }),
    fileSize: t.int({
      description: 'Bytes on disk.',
      select: { photo: true },
      resolve: ({ photo }) => photo.bytes,
    }),
    topPrediction: t.exposeString('topPrediction', {
      description: 'The class that the model of that moment thought most likely.',
    }),
    confidence: t.exposeFloat('confidence', { description: 'Probability of `topPrediction`, 0 to 1.' }),
    energy: t.exposeFloat('energy', {
      description: 'Energy of the logits, -ln(sum(exp(logit))): the higher, the less the model knew it.',
    }),
    novelty: t.exposeFloat('novelty', {
      nullable: true,
      description:
        'Distance of its frozen features from those of the training photos: 0 or more, the higher the stranger. Null when that model measured none.',
    }),
    oodReasons: t.expose('oodReasons', {
      type: [OodReasonEnum],
      description: 'Why it was out of distribution; empty when it was not.',
    }),
    // Whoever sent it first need not know what others say of it.
    reviewReasons: t.field({
      role: 'OPERATOR',
      type: [ReviewReasonEnum],
      description: 'Why it went to review; at least one.',
      resolve: reviewReasonsOf,
    }),
    suggestedLabel: t.exposeString('suggestedLabel', {
      role: 'OPERATOR',
      nullable: true,
      description:
        'What it shows, as whoever disputed the answer last says (`sendToReview`): a suggestion, that need not be the name of any class. Null when nothing was said.',
    }),
    allPredictions: t.field({
      type: [ClassProbability],
      description: 'Every class as the model of that moment saw it, most likely first.',
      resolve: ({ allPredictions }) => allPredictions as unknown as KeptProbability[],
    }),
    reviewed: t.exposeBoolean('reviewed', {
      role: 'DEVICE',
      description: 'Whether an operator is done with it: it has left the queue.',
    }),
    rejected: t.exposeBoolean('rejected', {
      description: 'Not waste, or not usable: never becomes training data.',
    }),
    assignedLabel: t.exposeString('assignedLabel', {
      nullable: true,
      description: 'The class an operator gave it; null while it has none.',
    }),
    staged: t.exposeBoolean('staged', {
      description: 'Labelled and in no version yet: the next `createVersion` takes it.',
    }),
    addedToDataset: t.exposeBoolean('addedToDataset', { description: 'Whether a version has taken it in.' }),
    datasetVersion: t.relation('datasetVersion', {
      role: 'OPERATOR',
      nullable: true,
      description: 'The version that took it in first; null while none has.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it came in, the first time.' }),
  }),
})

export const ImageConnection = builder.connectionObject(
  { type: Image, name: 'ImageConnection', description: 'A page of photos kept for review.' },
  { name: 'ImageEdge', description: 'A photo in its place in the list.' },
)
