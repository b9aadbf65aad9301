/** Enums that several topics share. Their values are the database's. */
import { builder } from './builder.js'

export const RoleEnum = builder.enumType('Role', {
  description: 'What a token may do: each all that the ones before it may, and more.',
  values: {
    DEVICE: { description: 'Send photos, and see what became of its own.' },
    OPERATOR: { description: 'See everything, review and label.' },
    TRAINER: { description: 'Make versions, train, promote.' },
    ADMIN: { description: 'Make and revoke tokens.' },
  } as const,
})

export const SplitEnum = builder.enumType('Split', {
  description: 'What a photo of a dataset version is for. It never changes from version to version.',
  values: {
    TRAIN: { description: 'The network learns from it.' },
    VAL: { description: 'Chooses the best epoch, and the thresholds of what is out of distribution.' },
    TEST: { description: 'Only ever judged on.' },
  } as const,
})

export const OodReasonEnum = builder.enumType('OodReason', {
  description:
    'Why a photo counts as out of distribution (OOD): what the model does not know, and an operator looks at.',
  values: {
    ENERGY: { description: 'Its energy is above the threshold: no class is supported much.' },
    CONFIDENCE: { description: 'The highest softmax probability is below the threshold: classes compete.' },
    NOVELTY: {
      description:
        'Its frozen features lie too far from those of the training photos. Off when the reference thresholds are pinned.',
    },
  } as const,
})

export const TrainingStatusEnum = builder.enumType('TrainingStatus', {
  description:
    'Where a training run stands. COMPLETED, FAILED, CANCELLED and INTERRUPTED are final until it is resumed.',
  values: {
    QUEUED: { description: 'Taken on, about to start.' },
    RUNNING: { description: 'Training. At most one run at a time is QUEUED or RUNNING.' },
    COMPLETED: { description: 'Trained, evaluated and saved: it can be promoted.' },
    FAILED: { description: 'It went wrong; `error` says how.' },
    CANCELLED: { description: 'Stopped by `cancelTraining`; it can be resumed.' },
    INTERRUPTED: { description: 'Its process ended; it can be resumed from the last checkpoint.' },
  } as const,
})

export const TrainingStageEnum = builder.enumType('TrainingStage', {
  description: 'What a run is at, in this order.',
  values: {
    LOADING: { description: 'Photos go through the frozen part of the network, or come from the feature cache.' },
    HEAD: { description: 'Stage 1: the head alone is trained.' },
    FINE_TUNE: { description: 'Stage 2: the last layers of the backbone are trained with it.' },
    EVALUATING: { description: 'Judged on the test photos, and compared with the model that serves.' },
    SAVING: { description: 'The model is written, exported to ONNX and checked.' },
  } as const,
})

export const TrainingRecipeEnum = builder.enumType('TrainingRecipe', {
  description: 'A named set of defaults for training.',
  values: {
    DEFAULT: { description: 'What was measured to be best.' },
    REFERENCE: { description: 'The reference deployment’s: 1e-4 for the head, then 1e-5 for the last 60 layers.' },
  } as const,
})

export const RecommendationEnum = builder.enumType('Recommendation', {
  description: 'What the comparison with the model that serves speaks for.',
  values: {
    PROMOTE: { description: 'Let the new model serve.' },
    KEEP: { description: 'Leave the one that serves.' },
    REVIEW: { description: 'The figures do not settle it: a person should look.' },
  } as const,
})

export const ThumbnailSizeEnum = builder.enumType('ThumbnailSize', {
  description: 'How large a small copy of a photo is. None is larger than the photo.',
  values: {
    SMALL: { description: 'Its longest side has 320 pixels: for a grid of photos.' },
    LARGE: { description: 'Its longest side has 1024 pixels: for one photo on a screen.' },
  } as const,
})

export const PrecisionEnum = builder.enumType('Precision', {
  description: 'In what numbers a model computes.',
  values: {
    FLOAT32: { value: 'float32', description: 'As it was trained.' },
    INT8: {
      value: 'int8',
      description: 'In whole numbers of 8 bits: quicker, made at the end of the run and judged there against float32.',
    },
  } as const,
})
