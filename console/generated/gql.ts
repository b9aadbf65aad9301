/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation ClassifyPhoto($image: Upload!, $idempotencyKey: String!) {\n  classify(image: $image, idempotencyKey: $idempotencyKey) {\n    ...Answer\n    heatMap {\n      width\n      height\n      values\n    }\n  }\n}\n\nmutation SendToReview($image: Upload!, $classLabel: String, $idempotencyKey: String!) {\n  sendToReview(\n    image: $image\n    classLabel: $classLabel\n    idempotencyKey: $idempotencyKey\n  ) {\n    image {\n      id\n      reviewed\n      suggestedLabel\n    }\n  }\n}\n\nquery Serving {\n  servingModel {\n    run {\n      name\n    }\n    classLabels\n  }\n}\n\nfragment Answer on Classification {\n  classLabel\n  confidence\n  energy\n  novelty\n  ood\n  oodReasons\n  energyThreshold\n  confidenceThreshold\n  noveltyThreshold\n  scores {\n    classLabel\n    probability\n  }\n  image {\n    id\n    reviewed\n  }\n  servedBy {\n    name\n  }\n}\n\nsubscription Promoted {\n  modelPromoted {\n    id\n    name\n  }\n}": typeof types.ClassifyPhotoDocument,
    "query Waiting {\n  queue: images(first: 0, filter: {reviewed: false}) {\n    totalCount\n  }\n  runningTraining {\n    id\n    name\n    stage\n  }\n}\n\nsubscription Queued {\n  imageQueued {\n    id\n  }\n}\n\nsubscription Changed {\n  imageChanged {\n    id\n    reviewed\n  }\n}\n\nsubscription RunChanged {\n  trainingRunChanged {\n    name\n  }\n}": typeof types.WaitingDocument,
    "query Me {\n  me {\n    name\n    role\n  }\n}": typeof types.MeDocument,
    "query Wall($from: DateTime!) {\n  servingModel {\n    run {\n      name\n      promotedAt\n      datasetVersion {\n        name\n      }\n    }\n    classLabels\n  }\n  classifiedByHour(from: $from) {\n    hour\n    classLabel\n    known\n    review\n  }\n  queue: images(first: 0, filter: {reviewed: false}) {\n    totalCount\n  }\n  staged: images(first: 0, filter: {staged: true}) {\n    totalCount\n  }\n  runningTraining {\n    name\n    stage\n    datasetVersion {\n      name\n    }\n  }\n}\n\nsubscription WallCounted {\n  trashCounted {\n    classLabel\n  }\n}\n\nsubscription WallQueued {\n  imageQueued {\n    id\n  }\n}\n\nsubscription WallReviewed {\n  imageChanged {\n    id\n  }\n}\n\nsubscription WallPromoted {\n  modelPromoted {\n    name\n  }\n}\n\nsubscription WallRunChanged {\n  trainingRunChanged {\n    name\n  }\n}\n\nsubscription WallTraining($run: String!) {\n  trainingEvents(run: $run) {\n    __typename\n    ... on TrainingStageStarted {\n      stage\n    }\n    ... on TrainingProgress {\n      stage\n      epoch\n      done\n      total\n      etaSeconds\n    }\n    ... on TrainingEpochCompleted {\n      stage\n      epoch\n      epochs\n      valAccuracy\n    }\n  }\n}": typeof types.WallDocument,
};
const documents: Documents = {
    "mutation ClassifyPhoto($image: Upload!, $idempotencyKey: String!) {\n  classify(image: $image, idempotencyKey: $idempotencyKey) {\n    ...Answer\n    heatMap {\n      width\n      height\n      values\n    }\n  }\n}\n\nmutation SendToReview($image: Upload!, $classLabel: String, $idempotencyKey: String!) {\n  sendToReview(\n    image: $image\n    classLabel: $classLabel\n    idempotencyKey: $idempotencyKey\n  ) {\n    image {\n      id\n      reviewed\n      suggestedLabel\n    }\n  }\n}\n\nquery Serving {\n  servingModel {\n    run {\n      name\n    }\n    classLabels\n  }\n}\n\nfragment Answer on Classification {\n  classLabel\n  confidence\n  energy\n  novelty\n  ood\n  oodReasons\n  energyThreshold\n  confidenceThreshold\n  noveltyThreshold\n  scores {\n    classLabel\n    probability\n  }\n  image {\n    id\n    reviewed\n  }\n  servedBy {\n    name\n  }\n}\n\nsubscription Promoted {\n  modelPromoted {\n    id\n    name\n  }\n}": types.ClassifyPhotoDocument,
    "query Waiting {\n  queue: images(first: 0, filter: {reviewed: false}) {\n    totalCount\n  }\n  runningTraining {\n    id\n    name\n    stage\n  }\n}\n\nsubscription Queued {\n  imageQueued {\n    id\n  }\n}\n\nsubscription Changed {\n  imageChanged {\n    id\n    reviewed\n  }\n}\n\nsubscription RunChanged {\n  trainingRunChanged {\n    name\n  }\n}": types.WaitingDocument,
    "query Me {\n  me {\n    name\n    role\n  }\n}": types.MeDocument,
    "query Wall($from: DateTime!) {\n  servingModel {\n    run {\n      name\n      promotedAt\n      datasetVersion {\n        name\n      }\n    }\n    classLabels\n  }\n  classifiedByHour(from: $from) {\n    hour\n    classLabel\n    known\n    review\n  }\n  queue: images(first: 0, filter: {reviewed: false}) {\n    totalCount\n  }\n  staged: images(first: 0, filter: {staged: true}) {\n    totalCount\n  }\n  runningTraining {\n    name\n    stage\n    datasetVersion {\n      name\n    }\n  }\n}\n\nsubscription WallCounted {\n  trashCounted {\n    classLabel\n  }\n}\n\nsubscription WallQueued {\n  imageQueued {\n    id\n  }\n}\n\nsubscription WallReviewed {\n  imageChanged {\n    id\n  }\n}\n\nsubscription WallPromoted {\n  modelPromoted {\n    name\n  }\n}\n\nsubscription WallRunChanged {\n  trainingRunChanged {\n    name\n  }\n}\n\nsubscription WallTraining($run: String!) {\n  trainingEvents(run: $run) {\n    __typename\n    ... on TrainingStageStarted {\n      stage\n    }\n    ... on TrainingProgress {\n      stage\n      epoch\n      done\n      total\n      etaSeconds\n    }\n    ... on TrainingEpochCompleted {\n      stage\n      epoch\n      epochs\n      valAccuracy\n    }\n  }\n}": types.WallDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ClassifyPhoto($image: Upload!, $idempotencyKey: String!) {\n  classify(image: $image, idempotencyKey: $idempotencyKey) {\n    ...Answer\n    heatMap {\n      width\n      height\n      values\n    }\n  }\n}\n\nmutation SendToReview($image: Upload!, $classLabel: String, $idempotencyKey: String!) {\n  sendToReview(\n    image: $image\n    classLabel: $classLabel\n    idempotencyKey: $idempotencyKey\n  ) {\n    image {\n      id\n      reviewed\n      suggestedLabel\n    }\n  }\n}\n\nquery Serving {\n  servingModel {\n    run {\n      name\n    }\n    classLabels\n  }\n}\n\nfragment Answer on Classification {\n  classLabel\n  confidence\n  energy\n  novelty\n  ood\n  oodReasons\n  energyThreshold\n  confidenceThreshold\n  noveltyThreshold\n  scores {\n    classLabel\n    probability\n  }\n  image {\n    id\n    reviewed\n  }\n  servedBy {\n    name\n  }\n}\n\nsubscription Promoted {\n  modelPromoted {\n    id\n    name\n  }\n}"): (typeof documents)["mutation ClassifyPhoto($image: Upload!, $idempotencyKey: String!) {\n  classify(image: $image, idempotencyKey: $idempotencyKey) {\n    ...Answer\n    heatMap {\n      width\n      height\n      values\n    }\n  }\n}\n\nmutation SendToReview($image: Upload!, $classLabel: String, $idempotencyKey: String!) {\n  sendToReview(\n    image: $image\n    classLabel: $classLabel\n    idempotencyKey: $idempotencyKey\n  ) {\n    image {\n      id\n      reviewed\n      suggestedLabel\n    }\n  }\n}\n\nquery Serving {\n  servingModel {\n    run {\n      name\n    }\n    classLabels\n  }\n}\n\nfragment Answer on Classification {\n  classLabel\n  confidence\n  energy\n  novelty\n  ood\n  oodReasons\n  energyThreshold\n  confidenceThreshold\n  noveltyThreshold\n  scores {\n    classLabel\n    probability\n  }\n  image {\n    id\n    reviewed\n  }\n  servedBy {\n    name\n  }\n}\n\nsubscription Promoted {\n  modelPromoted {\n    id\n    name\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Waiting {\n  queue: images(first: 0, filter: {reviewed: false}) {\n    totalCount\n  }\n  runningTraining {\n    id\n    name\n    stage\n  }\n}\n\nsubscription Queued {\n  imageQueued {\n    id\n  }\n}\n\nsubscription Changed {\n  imageChanged {\n    id\n    reviewed\n  }\n}\n\nsubscription RunChanged {\n  trainingRunChanged {\n    name\n  }\n}"): (typeof documents)["query Waiting {\n  queue: images(first: 0, filter: {reviewed: false}) {\n    totalCount\n  }\n  runningTraining {\n    id\n    name\n    stage\n  }\n}\n\nsubscription Queued {\n  imageQueued {\n    id\n  }\n}\n\nsubscription Changed {\n  imageChanged {\n    id\n    reviewed\n  }\n}\n\nsubscription RunChanged {\n  trainingRunChanged {\n    name\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Me {\n  me {\n    name\n    role\n  }\n}"): (typeof documents)["query Me {\n  me {\n    name\n    role\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Wall($from: DateTime!) {\n  servingModel {\n    run {\n      name\n      promotedAt\n      datasetVersion {\n        name\n      }\n    }\n    classLabels\n  }\n  classifiedByHour(from: $from) {\n    hour\n    classLabel\n    known\n    review\n  }\n  queue: images(first: 0, filter: {reviewed: false}) {\n    totalCount\n  }\n  staged: images(first: 0, filter: {staged: true}) {\n    totalCount\n  }\n  runningTraining {\n    name\n    stage\n    datasetVersion {\n      name\n    }\n  }\n}\n\nsubscription WallCounted {\n  trashCounted {\n    classLabel\n  }\n}\n\nsubscription WallQueued {\n  imageQueued {\n    id\n  }\n}\n\nsubscription WallReviewed {\n  imageChanged {\n    id\n  }\n}\n\nsubscription WallPromoted {\n  modelPromoted {\n    name\n  }\n}\n\nsubscription WallRunChanged {\n  trainingRunChanged {\n    name\n  }\n}\n\nsubscription WallTraining($run: String!) {\n  trainingEvents(run: $run) {\n    __typename\n    ... on TrainingStageStarted {\n      stage\n    }\n    ... on TrainingProgress {\n      stage\n      epoch\n      done\n      total\n      etaSeconds\n    }\n    ... on TrainingEpochCompleted {\n      stage\n      epoch\n      epochs\n      valAccuracy\n    }\n  }\n}"): (typeof documents)["query Wall($from: DateTime!) {\n  servingModel {\n    run {\n      name\n      promotedAt\n      datasetVersion {\n        name\n      }\n    }\n    classLabels\n  }\n  classifiedByHour(from: $from) {\n    hour\n    classLabel\n    known\n    review\n  }\n  queue: images(first: 0, filter: {reviewed: false}) {\n    totalCount\n  }\n  staged: images(first: 0, filter: {staged: true}) {\n    totalCount\n  }\n  runningTraining {\n    name\n    stage\n    datasetVersion {\n      name\n    }\n  }\n}\n\nsubscription WallCounted {\n  trashCounted {\n    classLabel\n  }\n}\n\nsubscription WallQueued {\n  imageQueued {\n    id\n  }\n}\n\nsubscription WallReviewed {\n  imageChanged {\n    id\n  }\n}\n\nsubscription WallPromoted {\n  modelPromoted {\n    name\n  }\n}\n\nsubscription WallRunChanged {\n  trainingRunChanged {\n    name\n  }\n}\n\nsubscription WallTraining($run: String!) {\n  trainingEvents(run: $run) {\n    __typename\n    ... on TrainingStageStarted {\n      stage\n    }\n    ... on TrainingProgress {\n      stage\n      epoch\n      done\n      total\n      etaSeconds\n    }\n    ... on TrainingEpochCompleted {\n      stage\n      epoch\n      epochs\n      valAccuracy\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;