/** What a client asks of a training, checked, with every default filled in from its recipe. */
import { badInput } from '../errors.js'
import { boundaryOf } from '../model/network/depth.js'
import { type RecipeName, recipes } from './recipes.js'

export interface TrainingInput {
  datasetVersion: string
  recipe?: RecipeName | null
  stage1?: { epochs?: number | null; learningRate?: number | null } | null
  stage2?: { epochs?: number | null; learningRate?: number | null; layers?: number | null } | null
  batchSize?: number | null
  seed?: number | null
  earlyStopping?: boolean | null
  autoPromote?: boolean | null
  fromServing?: boolean | null
}

export interface Settings {
  recipe: RecipeName
  stage1: { epochs: number; learningRate: number }
  /** `layers`: how many of Keras' 311 layers are trained, counted from the end. */
  stage2: { epochs: number; learningRate: number; layers: number }
  batchSize: number
  seed: number
  earlyStopping: boolean
}

const limits = { epochs: 1_000, batchSize: 512, seed: 2 ** 31 - 1 }

function whole(field: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw badInput(`input.${field}`, `${field} is a whole number from ${least} to ${most}; ${value} is not.`)
}

function rate(field: string, value: number): number {
  if (value > 0 && value <= 1) return value
  throw badInput(`input.${field}`, `${field} is greater than 0 and at most 1; ${value} is not.`)
}

/** @throws WasteXError BAD_USER_INPUT that names the field */
export function settingsFrom(input: TrainingInput): Settings {
  const name = input.recipe ?? 'DEFAULT'
  const recipe = recipes[name]
  const layers = input.stage2?.layers ?? recipe.stage2.layers
  boundaryOf(layers, 'input.stage2.layers') // refuses what is no boundary
  return {
    recipe: name,
    stage1: {
      epochs: whole('stage1.epochs', input.stage1?.epochs ?? recipe.stage1.epochs, 0, limits.epochs),
      learningRate: rate('stage1.learningRate', input.stage1?.learningRate ?? recipe.stage1.learningRate),
    },
    stage2: {
      epochs: whole('stage2.epochs', input.stage2?.epochs ?? recipe.stage2.epochs, 0, limits.epochs),
      learningRate: rate('stage2.learningRate', input.stage2?.learningRate ?? recipe.stage2.learningRate),
      layers,
    },
    batchSize: whole('batchSize', input.batchSize ?? recipe.batchSize, 1, limits.batchSize),
    seed: whole('seed', input.seed ?? 1, 0, limits.seed),
    earlyStopping: input.earlyStopping ?? true,
  }
}

/**
 * Of a run that goes on from another one: the head alone, for a few epochs. What is behind the boundary stays as that run left
 * it, until a tenth of the photos has changed and a run begins with the backbone again.
 */
export function settingsToGoOn(settings: Settings): Settings {
  const { epochs, learningRate } = recipes[settings.recipe].again
  return { ...settings, stage1: { epochs, learningRate }, stage2: { ...settings.stage2, epochs: 0 } }
}

/** What was asked for, where the run begins with the backbone after all: who goes on has asked for nothing but these. */
export const settingsAnew = ({ recipe, seed, earlyStopping }: Settings): Settings =>
  settingsFrom({ datasetVersion: '', recipe, seed, earlyStopping })
