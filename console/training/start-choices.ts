/** What is chosen before a run is started: texts as they are typed, and what the API is asked with them. */
import type { SettingsFragment, StartTrainingInput, TrainingRecipe } from '../generated/graphql.js'

export const numberFields = {
  'stage1.epochs': { label: 'Head: epochs at most', isWhole: true, from: 0, to: 1_000 },
  'stage1.learningRate': { label: 'Head: learning rate', isWhole: false, from: 0, to: 1 },
  'stage2.epochs': {
    label: 'Fine-tune: epochs at most',
    isWhole: true,
    from: 0,
    to: 1_000,
    about: '0 trains the head alone.',
  },
  'stage2.learningRate': { label: 'Fine-tune: learning rate', isWhole: false, from: 0, to: 1 },
  'stage2.layers': {
    label: 'Fine-tune: layers',
    isWhole: true,
    from: 1,
    to: 311,
    about: 'Of 311, counted from the end.',
  },
  batchSize: { label: 'Batch size', isWhole: true, from: 1, to: 512, about: 'Photos a step.' },
  seed: { label: 'Seed', isWhole: true, from: 0, to: 2 ** 31 - 1, about: 'Same seed, same shuffling.' },
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

/** What is no number, or beyond what the server takes, by field. */
export function notNumbers({ numbers }: Choices): Partial<Record<NumberField, string>> {
  return Object.fromEntries(
    numberFieldNames.flatMap((field) => {
      const typed = numbers[field]?.trim() ?? ''
      const { isWhole, from, to } = numberFields[field]
      const value = Number(typed)
      const isWithin = value <= to && (isWhole ? value >= from : value > from)
      if (typed === '' || (isWithin && (!isWhole || Number.isInteger(value)))) return []
      const range = isWhole
        ? `from ${from} to ${to.toLocaleString('en')}`
        : `above ${from}, at most ${to}: 0.001 or 1e-3`
      return [[field, `A ${isWhole ? 'whole ' : ''}number ${range}.`]]
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
