/** What is chosen before a run is started: texts as they are typed, and what the API is asked with them. */
import type { SettingsFragment, StartTrainingInput, TrainingRecipe } from '../generated/graphql.js'

export const numberFields = {
  'stage1.epochs': { label: 'Head: epochs at most', isWhole: true },
  'stage1.learningRate': { label: 'Head: learning rate', isWhole: false },
  'stage2.epochs': { label: 'Fine-tune: epochs at most', isWhole: true, about: '0 trains the head alone.' },
  'stage2.learningRate': { label: 'Fine-tune: learning rate', isWhole: false },
  'stage2.layers': { label: 'Fine-tune: layers', isWhole: true, about: 'Of 311, counted from the end.' },
  batchSize: { label: 'Batch size', isWhole: true, about: 'Photos a step.' },
  seed: { label: 'Seed', isWhole: true, about: 'Same seed, same shuffling.' },
} as const
export type NumberField = keyof typeof numberFields
export const numberFieldNames = Object.keys(numberFields) as NumberField[]

export interface Choices {
  readonly version: string
  readonly recipe: TrainingRecipe
  /** As typed; empty: as the recipe has it. */
  readonly numbers: Readonly<Partial<Record<NumberField, string>>>
  readonly earlyStopping: boolean
  readonly fromServing: boolean
  readonly autoPromote: boolean
}

/** What is taken where nothing is typed. */
export const valueIn = (settings: SettingsFragment, field: NumberField): string => {
  const [first, second] = field.split('.')
  const value = settings[first as keyof SettingsFragment]
  return String(typeof value === 'object' ? value[second as keyof typeof value] : value)
}

export const firstChoices = (version: string): Choices => ({
  version,
  recipe: 'DEFAULT',
  numbers: {},
  earlyStopping: true,
  fromServing: true,
  autoPromote: false,
})

/** What is no number, by field; the server says which numbers make sense. */
export function notNumbers({ numbers }: Choices): Partial<Record<NumberField, string>> {
  return Object.fromEntries(
    numberFieldNames.flatMap((field) => {
      const typed = numbers[field]?.trim() ?? ''
      const { isWhole } = numberFields[field]
      const value = Number(typed)
      const isRight =
        typed === '' || (isWhole ? Number.isInteger(value) && Math.abs(value) < 2 ** 31 : Number.isFinite(value))
      return isRight ? [] : [[field, isWhole ? 'A whole number.' : 'A number, like 0.001 or 1e-3.']]
    }),
  )
}

/** @param choices without what is no number */
export function inputOf({
  version,
  recipe,
  numbers,
  earlyStopping,
  fromServing,
  autoPromote,
}: Choices): StartTrainingInput {
  const stage = (name: 'stage1' | 'stage2', fields: readonly string[]) => {
    const given = fields.flatMap((field) => {
      const typed = numbers[`${name}.${field}` as NumberField]?.trim()
      return typed ? [[field, Number(typed)] as const] : []
    })
    return given.length > 0 ? { [name]: Object.fromEntries(given) } : {}
  }
  const alone = (name: 'batchSize' | 'seed') => {
    const typed = numbers[name]?.trim()
    return typed ? { [name]: Number(typed) } : {}
  }
  return {
    datasetVersion: version,
    recipe,
    ...stage('stage1', ['epochs', 'learningRate']),
    ...stage('stage2', ['epochs', 'learningRate', 'layers']),
    ...alone('batchSize'),
    ...alone('seed'),
    earlyStopping,
    fromServing,
    autoPromote,
  }
}
