/** What a run would take, asked for again a moment after the choices have changed. */
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from 'urql'
import { EstimateDocument, type EstimateQuery, type StartTrainingInput } from '../generated/graphql.js'
import { type Trouble, troubleOf } from '../talk/trouble.js'

const restMs = 300

export interface Estimated {
  readonly estimate: EstimateQuery['trainingEstimate'] | undefined
  readonly trouble: Trouble | undefined
  /** It is about what was chosen a moment ago. */
  readonly isOld: boolean
}

/** @param input undefined: nothing that could be asked */
export function useEstimate(input: StartTrainingInput | undefined): Estimated {
  const said = input && JSON.stringify(input)
  const [rested] = useDebouncedValue(said, restMs)
  const [{ data, error, fetching }] = useQuery({
    query: EstimateDocument,
    variables: { input: rested ? (JSON.parse(rested) as StartTrainingInput) : { datasetVersion: '' } },
    pause: rested === undefined,
  })
  const isOld = said !== rested || fetching
  return { estimate: data?.trainingEstimate, trouble: isOld ? undefined : troubleOf(error), isOld }
}
