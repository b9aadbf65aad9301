/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** A new version: its parent’s photos and every staged one. */
export type CreateVersionInput = {
  /** Make it the active version. Left out: true. */
  activate?: boolean | null | undefined;
  /** Name of the new version, unique: 1 to 64 characters, none of them invisible. */
  name: string;
  /** Anything worth knowing about it later, at most 10000 characters. */
  notes?: string | null | undefined;
  /** Name of the version to start from. Left out: the active one. */
  parent?: string | null | undefined;
};

/** Which photos: all conditions that are given must hold. */
export type ImageFilter = {
  /** Taken in by a version, or not. */
  addedToDataset?: boolean | null | undefined;
  /** Labelled as this class. */
  assignedLabel?: string | null | undefined;
  /** Out of distribution for this reason, perhaps among others. */
  oodReason?: OodReason | null | undefined;
  /** Rejected, or not. */
  rejected?: boolean | null | undefined;
  /** Kept for review for this reason, perhaps among others. */
  reviewReason?: ReviewReason | null | undefined;
  /** false: the queue. true: those an operator is done with. */
  reviewed?: boolean | null | undefined;
  /** Labelled and in no version yet, or not. */
  staged?: boolean | null | undefined;
  /** Thought most likely to be this class. */
  topPrediction?: string | null | undefined;
};

/** Which photos come first. */
export type ImageOrder =
  /** Those that no class supports. */
  | 'HIGHEST_ENERGY'
  /** Those least like anything the network has seen; those without a novelty last. */
  | 'HIGHEST_NOVELTY'
  /** Those between classes. */
  | 'LOWEST_CONFIDENCE'
  /** Those that came last. */
  | 'NEWEST'
  /** Those that have waited longest. */
  | 'OLDEST';

/** A folder of class folders, or of train, val and test folders of class folders, on the server’s disk. */
export type ImportDatasetInput = {
  /** Make it the active version. Left out: true when there is none yet. */
  activate?: boolean | null | undefined;
  /** Only these class folders, at most 1000. Left out: all of them, however many. */
  classes?: Array<string> | null | undefined;
  /** Name of the new version, unique: 1 to 64 characters, none of them invisible. */
  name: string;
  /** Anything worth knowing about it later, at most 10000 characters. */
  notes?: string | null | undefined;
  /** The folder. It must lie below `WASTEX_IMPORT_ROOTS`. */
  path: string;
};

/** Why a photo counts as out of distribution (OOD): what the model does not know, and an operator looks at. */
export type OodReason =
  /** The highest softmax probability is below the threshold: classes compete. */
  | 'CONFIDENCE'
  /** Its energy is above the threshold: no class is supported much. */
  | 'ENERGY'
  /** Its frozen features lie too far from those of the training photos. Off when the reference thresholds are pinned. */
  | 'NOVELTY';

/** In what numbers a model computes. */
export type Precision =
  /** As it was trained. */
  | 'FLOAT32'
  /** In whole numbers of 8 bits: quicker, made at the end of the run and judged there against float32. */
  | 'INT8';

/** What the comparison with the model that serves speaks for. */
export type Recommendation =
  /** Leave the one that serves. */
  | 'KEEP'
  /** Let the new model serve. */
  | 'PROMOTE'
  /** The figures do not settle it: a person should look. */
  | 'REVIEW';

/** Why a photo is kept for review. */
export type ReviewReason =
  /** Out of distribution by its confidence. */
  | 'CONFIDENCE'
  /** Whoever had the answer said that it is wrong (`sendToReview`). */
  | 'DISPUTED'
  /** Out of distribution by its energy (`OodReason`). */
  | 'ENERGY'
  /** Out of distribution by its novelty. */
  | 'NOVELTY'
  /** In distribution, and chosen by chance (`WASTEX_REVIEW_SHARE`). */
  | 'SAMPLED';

/** What a token may do: each all that the ones before it may, and more. */
export type Role =
  /** Make and revoke tokens. */
  | 'ADMIN'
  /** Send photos, and see what became of its own. */
  | 'DEVICE'
  /** See everything, review and label. */
  | 'OPERATOR'
  /** Make versions, train, promote. */
  | 'TRAINER';

/** What a photo of a dataset version is for. It never changes from version to version. */
export type Split =
  /** Only ever judged on. */
  | 'TEST'
  /** The network learns from it. */
  | 'TRAIN'
  /** Chooses the best epoch, and the thresholds of what is out of distribution. */
  | 'VAL';

/** How the head is trained. What is left out comes from the recipe. */
export type Stage1Input = {
  /** Epochs at most, 0 to 1000. */
  epochs?: number | null | undefined;
  /** Adam’s learning rate, above 0, at most 1. */
  learningRate?: number | null | undefined;
};

/** How the last layers are fine-tuned. What is left out comes from the recipe. */
export type Stage2Input = {
  /** Epochs at most, 0 to 1000. 0: the head alone is trained. */
  epochs?: number | null | undefined;
  /** How many of Keras’ 311 layers, counted from the end. It must fall on the boundary of a block; the error lists those that do. */
  layers?: number | null | undefined;
  /** Adam’s learning rate, above 0, at most 1. */
  learningRate?: number | null | undefined;
};

/** What to train. Only `datasetVersion` is required. */
export type StartTrainingInput = {
  /** Promote it by itself when it is recommended over the run that serves at that moment, or when no run was ever promoted. Left out: false. */
  autoPromote?: boolean | null | undefined;
  /** Photos a step, 1 to 512. */
  batchSize?: number | null | undefined;
  /** Name of the version to learn from. */
  datasetVersion: string;
  /** End a stage when the validation photos gain no more. Left out: true. */
  earlyStopping?: boolean | null | undefined;
  /** Begin with the weights of the run that serves where that is as good and quicker: same recipe, no `stage1`, `stage2` or `batchSize` asked for, and at most a tenth of the photos changed since a run began with the backbone. Left out: true. false: begin with the backbone. */
  fromServing?: boolean | null | undefined;
  /** Where defaults come from. Left out: DEFAULT. */
  recipe?: TrainingRecipe | null | undefined;
  /** Of everything random, 0 to 2147483647. Left out: 1. */
  seed?: number | null | undefined;
  /** The head alone. */
  stage1?: Stage1Input | null | undefined;
  /** The head and the last layers of the backbone. */
  stage2?: Stage2Input | null | undefined;
};

/** A named set of defaults for training. */
export type TrainingRecipe =
  /** What was measured to be best. */
  | 'DEFAULT'
  /** The reference deployment’s: 1e-4 for the head, then 1e-5 for the last 60 layers. */
  | 'REFERENCE';

/** What a run is at, in this order. */
export type TrainingStage =
  /** Judged on the test photos, and compared with the model that serves. */
  | 'EVALUATING'
  /** Stage 2: the last layers of the backbone are trained with it. */
  | 'FINE_TUNE'
  /** Stage 1: the head alone is trained. */
  | 'HEAD'
  /** Photos go through the frozen part of the network, or come from the feature cache. */
  | 'LOADING'
  /** The model is written, exported to ONNX and checked. */
  | 'SAVING';

/** Where a training run stands. COMPLETED, FAILED, CANCELLED and INTERRUPTED are final until it is resumed. */
export type TrainingStatus =
  /** Stopped by `cancelTraining`; it can be resumed. */
  | 'CANCELLED'
  /** Trained, evaluated and saved: it can be promoted. */
  | 'COMPLETED'
  /** It went wrong; `error` says how. */
  | 'FAILED'
  /** Its process ended; it can be resumed from the last checkpoint. */
  | 'INTERRUPTED'
  /** Taken on, about to start. */
  | 'QUEUED'
  /** Training. At most one run at a time is QUEUED or RUNNING. */
  | 'RUNNING';

/** Which rows: all conditions that are given must hold. */
export type VersionEntryFilter = {
  /** true: those whose photo the parent has not; of a version without a parent, all. false: those whose photo the parent has, too. */
  addedHere?: boolean | null | undefined;
  /** Of this class, written as it is. */
  classLabel?: string | null | undefined;
  /** true: those that came from review. false: imported ones. */
  reviewed?: boolean | null | undefined;
  /** Of this split. */
  split?: Split | null | undefined;
};

export type ReviewQueueQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  orderBy?: ImageOrder | null | undefined;
  filter?: ImageFilter | null | undefined;
}>;


export type ReviewQueueQuery = { images: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ cursor: string, node: { id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null } }> } };

export type StagedImagesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type StagedImagesQuery = { images: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null } }> } };

export type OneImageQueryVariables = Exact<{
  id: string;
}>;


export type OneImageQuery = { image: { id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, datasetVersion: { name: string } | null, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null } | null };

export type MarkReviewedMutationVariables = Exact<{
  id: string;
}>;


export type MarkReviewedMutation = { markReviewed: { id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null } };

export type LabelMutationVariables = Exact<{
  id: string;
  classLabel: string;
}>;


export type LabelMutation = { label: { id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null } };

export type LabelManyMutationVariables = Exact<{
  ids: Array<string> | string;
  classLabel: string;
}>;


export type LabelManyMutation = { labelMany: Array<{ id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null }> };

export type UnlabelMutationVariables = Exact<{
  id: string;
}>;


export type UnlabelMutation = { unlabel: { id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null } };

export type RejectMutationVariables = Exact<{
  id: string;
}>;


export type RejectMutation = { reject: { id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null } };

export type ClaimNextMutationVariables = Exact<{
  desk: string;
  first?: number | null | undefined;
  filter?: ImageFilter | null | undefined;
  orderBy?: ImageOrder | null | undefined;
}>;


export type ClaimNextMutation = { claimNext: Array<{ reviewReasons: Array<ReviewReason>, suggestedLabel: string | null, id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, claim: { by: string, desk: string, until: string } | null, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null }> };

export type ClaimMutationVariables = Exact<{
  desk: string;
  ids: Array<string> | string;
}>;


export type ClaimMutation = { claim: Array<{ reviewReasons: Array<ReviewReason>, suggestedLabel: string | null, id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, claim: { by: string, desk: string, until: string } | null, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null }> };

export type ReleaseMutationVariables = Exact<{
  desk: string;
  ids?: Array<string> | string | null | undefined;
}>;


export type ReleaseMutation = { release: number };

export type ImageChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ImageChangedSubscription = { imageChanged: { reviewReasons: Array<ReviewReason>, suggestedLabel: string | null, id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, claim: { by: string, desk: string, until: string } | null, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null } };

export type PhotoInHandFragment = { reviewReasons: Array<ReviewReason>, suggestedLabel: string | null, id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, claim: { by: string, desk: string, until: string } | null, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null };

export type KeptPhotoFragment = { id: string, filename: string, contentHash: string, url: string, thumbnailUrl: string, width: number, height: number, fileSize: number, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason>, reviewed: boolean, rejected: boolean, assignedLabel: string | null, staged: boolean, addedToDataset: boolean, createdAt: string, allPredictions: Array<{ classLabel: string, probability: number, calibrated: number | null }>, activeEntry: { classLabel: string, split: Split } | null };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { name: string | null, role: Role } };

export type ClassifyMutationVariables = Exact<{
  image: File;
}>;


export type ClassifyMutation = { classify: { classLabel: string, confidence: number, energy: number, novelty: number | null, ood: boolean, oodReasons: Array<OodReason>, energyThreshold: number, confidenceThreshold: number, noveltyThreshold: number | null, scores: Array<{ classLabel: string, logit: number, probability: number }>, image: { id: string, filename: string, reviewed: boolean } | null, servedBy: { name: string } } };

export type ClassifyManyMutationVariables = Exact<{
  images: Array<File> | File;
}>;


export type ClassifyManyMutation = { classifyMany: Array<{ index: number, classification: { classLabel: string, confidence: number, energy: number, novelty: number | null, ood: boolean, oodReasons: Array<OodReason>, energyThreshold: number, confidenceThreshold: number, noveltyThreshold: number | null, image: { id: string } | null, servedBy: { name: string } } | null, error: { code: string, message: string } | null }> };

export type SendToReviewMutationVariables = Exact<{
  image: File;
  classLabel?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;


export type SendToReviewMutation = { sendToReview: { classLabel: string, confidence: number, energy: number, novelty: number | null, ood: boolean, oodReasons: Array<OodReason>, energyThreshold: number, confidenceThreshold: number, noveltyThreshold: number | null, image: { id: string, filename: string, reviewed: boolean } | null, servedBy: { name: string } } };

export type AnswerFragment = { classLabel: string, confidence: number, energy: number, novelty: number | null, ood: boolean, oodReasons: Array<OodReason>, energyThreshold: number, confidenceThreshold: number, noveltyThreshold: number | null, servedBy: { name: string } };

export type DashboardQueryVariables = Exact<{
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type DashboardQuery = { servingModel: { classLabels: Array<string>, energyThreshold: number, confidenceThreshold: number, noveltyThreshold: number | null, precision: Precision, int8Refused: string | null, loadedAt: string, run: { name: string, datasetVersion: { name: string } } } | null, trashCounts: Array<{ classLabel: string, count: number }>, reviewCounts: Array<{ classLabel: string, count: number }>, reviewQueue: { totalCount: number }, staged: { totalCount: number }, runningTraining: { name: string, stage: TrainingStage | null, status: TrainingStatus } | null };

export type ClassifiedByHourQueryVariables = Exact<{
  from: string;
  to?: string | null | undefined;
}>;


export type ClassifiedByHourQuery = { classifiedByHour: Array<{ hour: string, classLabel: string, known: number, review: number }> };

export type ImageQueuedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ImageQueuedSubscription = { imageQueued: { id: string, filename: string, topPrediction: string, confidence: number, energy: number, novelty: number | null, oodReasons: Array<OodReason> } };

export type TrashCountedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type TrashCountedSubscription = { trashCounted: { classLabel: string, count: number } };

export type ModelPromotedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ModelPromotedSubscription = { modelPromoted: { name: string, promotedAt: string | null } };

export type ImportDatasetMutationVariables = Exact<{
  input: ImportDatasetInput;
}>;


export type ImportDatasetMutation = { importDataset: { id: string, name: string, isActive: boolean, totalImages: number, notes: string | null, createdAt: string, importReport: { files: number, refused: number, duplicates: number, twoLabels: number, twoSplits: number, nearCopyGroups: number, nearCopiesAcrossSplits: number, ignored: number, refusedFiles: Array<{ path: string, reason: string }>, twoLabelFiles: Array<{ path: string, sameAs: string, classLabel: string | null, keptLabel: string | null }> } | null, parent: { name: string } | null, classCounts: Array<{ classLabel: string, count: number }>, splits: Array<{ split: Split, count: number }> } };

export type ImportProgressSubscriptionVariables = Exact<{
  name: string;
}>;


export type ImportProgressSubscription = { importProgress: { name: string, done: number, total: number, refused: number, finished: boolean } };

export type CreateVersionMutationVariables = Exact<{
  input: CreateVersionInput;
}>;


export type CreateVersionMutation = { createVersion: { id: string, name: string, isActive: boolean, totalImages: number, notes: string | null, createdAt: string, parent: { name: string } | null, classCounts: Array<{ classLabel: string, count: number }>, splits: Array<{ split: Split, count: number }> } };

export type SetActiveVersionMutationVariables = Exact<{
  name: string;
}>;


export type SetActiveVersionMutation = { setActiveVersion: { name: string, isActive: boolean } };

export type VersionsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type VersionsQuery = { datasetVersions: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, name: string, isActive: boolean, totalImages: number, notes: string | null, createdAt: string, parent: { name: string } | null, classCounts: Array<{ classLabel: string, count: number }>, splits: Array<{ split: Split, count: number }> } }> } };

export type VersionQueryVariables = Exact<{
  name: string;
  first: number;
  after?: string | null | undefined;
  filter?: VersionEntryFilter | null | undefined;
}>;


export type VersionQuery = { datasetVersion: { id: string, name: string, isActive: boolean, totalImages: number, notes: string | null, createdAt: string, entries: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, physicalPath: string, split: Split, classLabel: string, filename: string, fileSize: number, contentHash: string, addedAt: string, url: string, thumbnailUrl: string, sourceImage: { id: string } | null } }> }, parent: { name: string } | null, classCounts: Array<{ classLabel: string, count: number }>, splits: Array<{ split: Split, count: number }> } | null };

export type DiffQueryVariables = Exact<{
  from: string;
  to: string;
  first: number;
  after?: string | null | undefined;
}>;


export type DiffQuery = { versionDiff: { addedCount: number, removedCount: number, relabelledCount: number, classCounts: Array<{ classLabel: string, from: number, to: number }>, added: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, physicalPath: string, split: Split, classLabel: string, filename: string, fileSize: number, contentHash: string, addedAt: string, url: string, thumbnailUrl: string, sourceImage: { id: string } | null } }> }, removed: { edges: Array<{ node: { id: string, physicalPath: string, split: Split, classLabel: string, filename: string, fileSize: number, contentHash: string, addedAt: string, url: string, thumbnailUrl: string, sourceImage: { id: string } | null } }> }, relabelled: { edges: Array<{ node: { id: string, physicalPath: string, split: Split, classLabel: string, filename: string, fileSize: number, contentHash: string, addedAt: string, url: string, thumbnailUrl: string, sourceImage: { id: string } | null } }> } } };

export type ClassesQueryVariables = Exact<{ [key: string]: never; }>;


export type ClassesQuery = { datasetClasses: Array<{ id: string, name: string, createdAt: string, introducedIn: { name: string } | null }> };

export type WholeVersionFragment = { id: string, name: string, isActive: boolean, totalImages: number, notes: string | null, createdAt: string, parent: { name: string } | null, classCounts: Array<{ classLabel: string, count: number }>, splits: Array<{ split: Split, count: number }> };

export type EntryFragment = { id: string, physicalPath: string, split: Split, classLabel: string, filename: string, fileSize: number, contentHash: string, addedAt: string, url: string, thumbnailUrl: string, sourceImage: { id: string } | null };

export type TrainingEstimateQueryVariables = Exact<{
  input: StartTrainingInput;
}>;


export type TrainingEstimateQuery = { trainingEstimate: { seconds: number | null, views: number, newViews: number, epochs: number, startsFrom: { name: string } | null, basedOn: { name: string } | null } };

export type StartTrainingMutationVariables = Exact<{
  input: StartTrainingInput;
}>;


export type StartTrainingMutation = { startTraining: { id: string, name: string, status: TrainingStatus, stage: TrainingStage | null, isActive: boolean, classLabels: Array<string>, error: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, promotedAt: string | null, datasetVersion: { name: string } } };

export type CancelTrainingMutationVariables = Exact<{
  name: string;
}>;


export type CancelTrainingMutation = { cancelTraining: { name: string, status: TrainingStatus } };

export type ResumeTrainingMutationVariables = Exact<{
  name: string;
}>;


export type ResumeTrainingMutation = { resumeTraining: { name: string, status: TrainingStatus } };

export type PromoteMutationVariables = Exact<{
  name: string;
}>;


export type PromoteMutation = { promote: { name: string, isActive: boolean, promotedAt: string | null } };

export type RunsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type RunsQuery = { trainingRuns: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, name: string, status: TrainingStatus, stage: TrainingStage | null, isActive: boolean, classLabels: Array<string>, error: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, promotedAt: string | null, datasetVersion: { name: string } } }> } };

export type RunQueryVariables = Exact<{
  name: string;
}>;


export type RunQuery = { trainingRun: { recipe: TrainingRecipe, autoPromote: boolean, recommendation: Recommendation | null, energyThreshold: number | null, confidenceThreshold: number | null, noveltyThreshold: number | null, id: string, name: string, status: TrainingStatus, stage: TrainingStage | null, isActive: boolean, classLabels: Array<string>, error: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, promotedAt: string | null, settings: { batchSize: number, seed: number, earlyStopping: boolean, stage1: { epochs: number, learningRate: number }, stage2: { epochs: number, learningRate: number, layers: number } }, epochHistory: Array<{ stage: TrainingStage, epoch: number, loss: number, accuracy: number, valLoss: number | null, valAccuracy: number | null, learningRate: number, seconds: number }>, evaluation: { loss: number | null, accuracy: number | null, precision: number | null, recall: number | null, macroF1: number | null, testImages: number, perClass: Array<{ classLabel: string, precision: number | null, recall: number | null, f1: number | null, support: number }>, confusionMatrix: { classLabels: Array<string>, counts: Array<Array<number>> } } | null, comparison: { testImages: number, pValue: number, fixed: number, broken: number, newClasses: Array<string>, recommendation: Recommendation, reasons: Array<string>, baseline: { name: string } | null, deltas: Array<{ metric: string, baseline: number, candidate: number, delta: number }> } | null, artefacts: Array<{ name: string, url: string, bytes: number, sha256: string }>, datasetVersion: { name: string } } | null };

export type TrainingEventsSubscriptionVariables = Exact<{
  run: string;
  after?: number | null | undefined;
}>;


export type TrainingEventsSubscription = { trainingEvents:
    | { __typename: 'TrainingEpochCompleted', stage: TrainingStage, epoch: number | null, epochs: number, loss: number | null, accuracy: number | null, valLoss: number | null, valAccuracy: number | null, learningRate: number, seconds: number, seq: number, at: string }
    | { __typename: 'TrainingEvaluated', accuracy: number | null, macroF1: number | null, recommendation: Recommendation | null, seq: number, at: string }
    | { __typename: 'TrainingProgress', stage: TrainingStage, epoch: number | null, done: number, total: number, etaSeconds: number | null, loss: number | null, seq: number, at: string }
    | { __typename: 'TrainingStageStarted', stage: TrainingStage, epochs: number, images: number, seq: number, at: string }
    | { __typename: 'TrainingStatusChanged', status: TrainingStatus, message: string | null, seq: number, at: string }
   };

export type RunFragment = { id: string, name: string, status: TrainingStatus, stage: TrainingStage | null, isActive: boolean, classLabels: Array<string>, error: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, promotedAt: string | null, datasetVersion: { name: string } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const KeptPhotoFragmentDoc = new TypedDocumentString(`
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}
    `, {"fragmentName":"KeptPhoto"}) as unknown as TypedDocumentString<KeptPhotoFragment, unknown>;
export const PhotoInHandFragmentDoc = new TypedDocumentString(`
    fragment PhotoInHand on Image {
  ...KeptPhoto
  reviewReasons
  suggestedLabel
  claim {
    by
    desk
    until
  }
}
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`, {"fragmentName":"PhotoInHand"}) as unknown as TypedDocumentString<PhotoInHandFragment, unknown>;
export const AnswerFragmentDoc = new TypedDocumentString(`
    fragment Answer on Classification {
  classLabel
  confidence
  energy
  novelty
  ood
  oodReasons
  energyThreshold
  confidenceThreshold
  noveltyThreshold
  servedBy {
    name
  }
}
    `, {"fragmentName":"Answer"}) as unknown as TypedDocumentString<AnswerFragment, unknown>;
export const WholeVersionFragmentDoc = new TypedDocumentString(`
    fragment WholeVersion on DatasetVersion {
  id
  name
  parent {
    name
  }
  isActive
  totalImages
  classCounts {
    classLabel
    count
  }
  splits {
    split
    count
  }
  notes
  createdAt
}
    `, {"fragmentName":"WholeVersion"}) as unknown as TypedDocumentString<WholeVersionFragment, unknown>;
export const EntryFragmentDoc = new TypedDocumentString(`
    fragment Entry on VersionEntry {
  id
  physicalPath
  split
  classLabel
  filename
  fileSize
  contentHash
  sourceImage {
    id
  }
  addedAt
  url
  thumbnailUrl
}
    `, {"fragmentName":"Entry"}) as unknown as TypedDocumentString<EntryFragment, unknown>;
export const RunFragmentDoc = new TypedDocumentString(`
    fragment Run on TrainingRun {
  id
  name
  status
  stage
  isActive
  datasetVersion {
    name
  }
  classLabels
  error
  createdAt
  startedAt
  finishedAt
  promotedAt
}
    `, {"fragmentName":"Run"}) as unknown as TypedDocumentString<RunFragment, unknown>;
export const ReviewQueueDocument = new TypedDocumentString(`
    query ReviewQueue($first: Int!, $after: String, $orderBy: ImageOrder, $filter: ImageFilter = {reviewed: false}) {
  images(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      cursor
      node {
        ...KeptPhoto
      }
    }
  }
}
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<ReviewQueueQuery, ReviewQueueQueryVariables>;
export const StagedImagesDocument = new TypedDocumentString(`
    query StagedImages($first: Int!, $after: String) {
  images(first: $first, after: $after, filter: {staged: true}) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...KeptPhoto
      }
    }
  }
}
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<StagedImagesQuery, StagedImagesQueryVariables>;
export const OneImageDocument = new TypedDocumentString(`
    query OneImage($id: ID!) {
  image(id: $id) {
    ...KeptPhoto
    datasetVersion {
      name
    }
  }
}
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<OneImageQuery, OneImageQueryVariables>;
export const MarkReviewedDocument = new TypedDocumentString(`
    mutation MarkReviewed($id: ID!) {
  markReviewed(id: $id) {
    ...KeptPhoto
  }
}
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<MarkReviewedMutation, MarkReviewedMutationVariables>;
export const LabelDocument = new TypedDocumentString(`
    mutation Label($id: ID!, $classLabel: String!) {
  label(id: $id, classLabel: $classLabel) {
    ...KeptPhoto
  }
}
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<LabelMutation, LabelMutationVariables>;
export const LabelManyDocument = new TypedDocumentString(`
    mutation LabelMany($ids: [ID!]!, $classLabel: String!) {
  labelMany(ids: $ids, classLabel: $classLabel) {
    ...KeptPhoto
  }
}
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<LabelManyMutation, LabelManyMutationVariables>;
export const UnlabelDocument = new TypedDocumentString(`
    mutation Unlabel($id: ID!) {
  unlabel(id: $id) {
    ...KeptPhoto
  }
}
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<UnlabelMutation, UnlabelMutationVariables>;
export const RejectDocument = new TypedDocumentString(`
    mutation Reject($id: ID!) {
  reject(id: $id) {
    ...KeptPhoto
  }
}
    fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<RejectMutation, RejectMutationVariables>;
export const ClaimNextDocument = new TypedDocumentString(`
    mutation ClaimNext($desk: String!, $first: Int, $filter: ImageFilter, $orderBy: ImageOrder) {
  claimNext(desk: $desk, first: $first, filter: $filter, orderBy: $orderBy) {
    ...PhotoInHand
  }
}
    fragment PhotoInHand on Image {
  ...KeptPhoto
  reviewReasons
  suggestedLabel
  claim {
    by
    desk
    until
  }
}
fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<ClaimNextMutation, ClaimNextMutationVariables>;
export const ClaimDocument = new TypedDocumentString(`
    mutation Claim($desk: String!, $ids: [ID!]!) {
  claim(desk: $desk, ids: $ids) {
    ...PhotoInHand
  }
}
    fragment PhotoInHand on Image {
  ...KeptPhoto
  reviewReasons
  suggestedLabel
  claim {
    by
    desk
    until
  }
}
fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<ClaimMutation, ClaimMutationVariables>;
export const ReleaseDocument = new TypedDocumentString(`
    mutation Release($desk: String!, $ids: [ID!]) {
  release(desk: $desk, ids: $ids)
}
    `) as unknown as TypedDocumentString<ReleaseMutation, ReleaseMutationVariables>;
export const ImageChangedDocument = new TypedDocumentString(`
    subscription ImageChanged {
  imageChanged {
    ...PhotoInHand
  }
}
    fragment PhotoInHand on Image {
  ...KeptPhoto
  reviewReasons
  suggestedLabel
  claim {
    by
    desk
    until
  }
}
fragment KeptPhoto on Image {
  id
  filename
  contentHash
  url
  thumbnailUrl
  width
  height
  fileSize
  topPrediction
  confidence
  energy
  novelty
  oodReasons
  allPredictions {
    classLabel
    probability
    calibrated
  }
  activeEntry {
    classLabel
    split
  }
  reviewed
  rejected
  assignedLabel
  staged
  addedToDataset
  createdAt
}`) as unknown as TypedDocumentString<ImageChangedSubscription, ImageChangedSubscriptionVariables>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    name
    role
  }
}
    `) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const ClassifyDocument = new TypedDocumentString(`
    mutation Classify($image: Upload!) {
  classify(image: $image) {
    ...Answer
    scores {
      classLabel
      logit
      probability
    }
    image {
      id
      filename
      reviewed
    }
  }
}
    fragment Answer on Classification {
  classLabel
  confidence
  energy
  novelty
  ood
  oodReasons
  energyThreshold
  confidenceThreshold
  noveltyThreshold
  servedBy {
    name
  }
}`) as unknown as TypedDocumentString<ClassifyMutation, ClassifyMutationVariables>;
export const ClassifyManyDocument = new TypedDocumentString(`
    mutation ClassifyMany($images: [Upload!]!) {
  classifyMany(images: $images) {
    index
    classification {
      ...Answer
      image {
        id
      }
    }
    error {
      code
      message
    }
  }
}
    fragment Answer on Classification {
  classLabel
  confidence
  energy
  novelty
  ood
  oodReasons
  energyThreshold
  confidenceThreshold
  noveltyThreshold
  servedBy {
    name
  }
}`) as unknown as TypedDocumentString<ClassifyManyMutation, ClassifyManyMutationVariables>;
export const SendToReviewDocument = new TypedDocumentString(`
    mutation SendToReview($image: Upload!, $classLabel: String, $idempotencyKey: String) {
  sendToReview(
    image: $image
    classLabel: $classLabel
    idempotencyKey: $idempotencyKey
  ) {
    ...Answer
    image {
      id
      filename
      reviewed
    }
  }
}
    fragment Answer on Classification {
  classLabel
  confidence
  energy
  novelty
  ood
  oodReasons
  energyThreshold
  confidenceThreshold
  noveltyThreshold
  servedBy {
    name
  }
}`) as unknown as TypedDocumentString<SendToReviewMutation, SendToReviewMutationVariables>;
export const DashboardDocument = new TypedDocumentString(`
    query Dashboard($from: DateTime, $to: DateTime) {
  servingModel {
    run {
      name
      datasetVersion {
        name
      }
    }
    classLabels
    energyThreshold
    confidenceThreshold
    noveltyThreshold
    precision
    int8Refused
    loadedAt
  }
  trashCounts(from: $from, to: $to) {
    classLabel
    count
  }
  reviewCounts(from: $from, to: $to) {
    classLabel
    count
  }
  reviewQueue: images(first: 0, filter: {reviewed: false}) {
    totalCount
  }
  staged: images(first: 0, filter: {staged: true}) {
    totalCount
  }
  runningTraining {
    name
    stage
    status
  }
}
    `) as unknown as TypedDocumentString<DashboardQuery, DashboardQueryVariables>;
export const ClassifiedByHourDocument = new TypedDocumentString(`
    query ClassifiedByHour($from: DateTime!, $to: DateTime) {
  classifiedByHour(from: $from, to: $to) {
    hour
    classLabel
    known
    review
  }
}
    `) as unknown as TypedDocumentString<ClassifiedByHourQuery, ClassifiedByHourQueryVariables>;
export const ImageQueuedDocument = new TypedDocumentString(`
    subscription ImageQueued {
  imageQueued {
    id
    filename
    topPrediction
    confidence
    energy
    novelty
    oodReasons
  }
}
    `) as unknown as TypedDocumentString<ImageQueuedSubscription, ImageQueuedSubscriptionVariables>;
export const TrashCountedDocument = new TypedDocumentString(`
    subscription TrashCounted {
  trashCounted {
    classLabel
    count
  }
}
    `) as unknown as TypedDocumentString<TrashCountedSubscription, TrashCountedSubscriptionVariables>;
export const ModelPromotedDocument = new TypedDocumentString(`
    subscription ModelPromoted {
  modelPromoted {
    name
    promotedAt
  }
}
    `) as unknown as TypedDocumentString<ModelPromotedSubscription, ModelPromotedSubscriptionVariables>;
export const ImportDatasetDocument = new TypedDocumentString(`
    mutation ImportDataset($input: ImportDatasetInput!) {
  importDataset(input: $input) {
    ...WholeVersion
    importReport {
      files
      refused
      duplicates
      twoLabels
      twoSplits
      nearCopyGroups
      nearCopiesAcrossSplits
      ignored
      refusedFiles {
        path
        reason
      }
      twoLabelFiles {
        path
        sameAs
        classLabel
        keptLabel
      }
    }
  }
}
    fragment WholeVersion on DatasetVersion {
  id
  name
  parent {
    name
  }
  isActive
  totalImages
  classCounts {
    classLabel
    count
  }
  splits {
    split
    count
  }
  notes
  createdAt
}`) as unknown as TypedDocumentString<ImportDatasetMutation, ImportDatasetMutationVariables>;
export const ImportProgressDocument = new TypedDocumentString(`
    subscription ImportProgress($name: String!) {
  importProgress(name: $name) {
    name
    done
    total
    refused
    finished
  }
}
    `) as unknown as TypedDocumentString<ImportProgressSubscription, ImportProgressSubscriptionVariables>;
export const CreateVersionDocument = new TypedDocumentString(`
    mutation CreateVersion($input: CreateVersionInput!) {
  createVersion(input: $input) {
    ...WholeVersion
  }
}
    fragment WholeVersion on DatasetVersion {
  id
  name
  parent {
    name
  }
  isActive
  totalImages
  classCounts {
    classLabel
    count
  }
  splits {
    split
    count
  }
  notes
  createdAt
}`) as unknown as TypedDocumentString<CreateVersionMutation, CreateVersionMutationVariables>;
export const SetActiveVersionDocument = new TypedDocumentString(`
    mutation SetActiveVersion($name: String!) {
  setActiveVersion(name: $name) {
    name
    isActive
  }
}
    `) as unknown as TypedDocumentString<SetActiveVersionMutation, SetActiveVersionMutationVariables>;
export const VersionsDocument = new TypedDocumentString(`
    query Versions($first: Int!, $after: String) {
  datasetVersions(first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...WholeVersion
      }
    }
  }
}
    fragment WholeVersion on DatasetVersion {
  id
  name
  parent {
    name
  }
  isActive
  totalImages
  classCounts {
    classLabel
    count
  }
  splits {
    split
    count
  }
  notes
  createdAt
}`) as unknown as TypedDocumentString<VersionsQuery, VersionsQueryVariables>;
export const VersionDocument = new TypedDocumentString(`
    query Version($name: String!, $first: Int!, $after: String, $filter: VersionEntryFilter) {
  datasetVersion(name: $name) {
    ...WholeVersion
    entries(first: $first, after: $after, filter: $filter) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          ...Entry
        }
      }
    }
  }
}
    fragment WholeVersion on DatasetVersion {
  id
  name
  parent {
    name
  }
  isActive
  totalImages
  classCounts {
    classLabel
    count
  }
  splits {
    split
    count
  }
  notes
  createdAt
}
fragment Entry on VersionEntry {
  id
  physicalPath
  split
  classLabel
  filename
  fileSize
  contentHash
  sourceImage {
    id
  }
  addedAt
  url
  thumbnailUrl
}`) as unknown as TypedDocumentString<VersionQuery, VersionQueryVariables>;
export const DiffDocument = new TypedDocumentString(`
    query Diff($from: String!, $to: String!, $first: Int!, $after: String) {
  versionDiff(from: $from, to: $to) {
    addedCount
    removedCount
    relabelledCount
    classCounts {
      classLabel
      from
      to
    }
    added(first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          ...Entry
        }
      }
    }
    removed(first: $first) {
      edges {
        node {
          ...Entry
        }
      }
    }
    relabelled(first: $first) {
      edges {
        node {
          ...Entry
        }
      }
    }
  }
}
    fragment Entry on VersionEntry {
  id
  physicalPath
  split
  classLabel
  filename
  fileSize
  contentHash
  sourceImage {
    id
  }
  addedAt
  url
  thumbnailUrl
}`) as unknown as TypedDocumentString<DiffQuery, DiffQueryVariables>;
export const ClassesDocument = new TypedDocumentString(`
    query Classes {
  datasetClasses {
    id
    name
    introducedIn {
      name
    }
    createdAt
  }
}
    `) as unknown as TypedDocumentString<ClassesQuery, ClassesQueryVariables>;
export const TrainingEstimateDocument = new TypedDocumentString(`
    query TrainingEstimate($input: StartTrainingInput!) {
  trainingEstimate(input: $input) {
    seconds
    views
    newViews
    epochs
    startsFrom {
      name
    }
    basedOn {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<TrainingEstimateQuery, TrainingEstimateQueryVariables>;
export const StartTrainingDocument = new TypedDocumentString(`
    mutation StartTraining($input: StartTrainingInput!) {
  startTraining(input: $input) {
    ...Run
  }
}
    fragment Run on TrainingRun {
  id
  name
  status
  stage
  isActive
  datasetVersion {
    name
  }
  classLabels
  error
  createdAt
  startedAt
  finishedAt
  promotedAt
}`) as unknown as TypedDocumentString<StartTrainingMutation, StartTrainingMutationVariables>;
export const CancelTrainingDocument = new TypedDocumentString(`
    mutation CancelTraining($name: String!) {
  cancelTraining(name: $name) {
    name
    status
  }
}
    `) as unknown as TypedDocumentString<CancelTrainingMutation, CancelTrainingMutationVariables>;
export const ResumeTrainingDocument = new TypedDocumentString(`
    mutation ResumeTraining($name: String!) {
  resumeTraining(name: $name) {
    name
    status
  }
}
    `) as unknown as TypedDocumentString<ResumeTrainingMutation, ResumeTrainingMutationVariables>;
export const PromoteDocument = new TypedDocumentString(`
    mutation Promote($name: String!) {
  promote(name: $name) {
    name
    isActive
    promotedAt
  }
}
    `) as unknown as TypedDocumentString<PromoteMutation, PromoteMutationVariables>;
export const RunsDocument = new TypedDocumentString(`
    query Runs($first: Int!, $after: String) {
  trainingRuns(first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...Run
      }
    }
  }
}
    fragment Run on TrainingRun {
  id
  name
  status
  stage
  isActive
  datasetVersion {
    name
  }
  classLabels
  error
  createdAt
  startedAt
  finishedAt
  promotedAt
}`) as unknown as TypedDocumentString<RunsQuery, RunsQueryVariables>;
export const RunDocument = new TypedDocumentString(`
    query Run($name: String!) {
  trainingRun(name: $name) {
    ...Run
    recipe
    autoPromote
    recommendation
    energyThreshold
    confidenceThreshold
    noveltyThreshold
    settings {
      stage1 {
        epochs
        learningRate
      }
      stage2 {
        epochs
        learningRate
        layers
      }
      batchSize
      seed
      earlyStopping
    }
    epochHistory {
      stage
      epoch
      loss
      accuracy
      valLoss
      valAccuracy
      learningRate
      seconds
    }
    evaluation {
      loss
      accuracy
      precision
      recall
      macroF1
      testImages
      perClass {
        classLabel
        precision
        recall
        f1
        support
      }
      confusionMatrix {
        classLabels
        counts
      }
    }
    comparison {
      baseline {
        name
      }
      testImages
      pValue
      fixed
      broken
      newClasses
      recommendation
      reasons
      deltas {
        metric
        baseline
        candidate
        delta
      }
    }
    artefacts {
      name
      url
      bytes
      sha256
    }
  }
}
    fragment Run on TrainingRun {
  id
  name
  status
  stage
  isActive
  datasetVersion {
    name
  }
  classLabels
  error
  createdAt
  startedAt
  finishedAt
  promotedAt
}`) as unknown as TypedDocumentString<RunQuery, RunQueryVariables>;
export const TrainingEventsDocument = new TypedDocumentString(`
    subscription TrainingEvents($run: String!, $after: Int) {
  trainingEvents(run: $run, after: $after) {
    __typename
    seq
    at
    ... on TrainingStatusChanged {
      status
      message
    }
    ... on TrainingStageStarted {
      stage
      epochs
      images
    }
    ... on TrainingProgress {
      stage
      epoch
      done
      total
      etaSeconds
      loss
    }
    ... on TrainingEpochCompleted {
      stage
      epoch
      epochs
      loss
      accuracy
      valLoss
      valAccuracy
      learningRate
      seconds
    }
    ... on TrainingEvaluated {
      accuracy
      macroF1
      recommendation
    }
  }
}
    `) as unknown as TypedDocumentString<TrainingEventsSubscription, TrainingEventsSubscriptionVariables>;