/** Every class there is: asked once for all screens, so that a class has one colour on each of them and keeps it when others come. */
import { useThrottledCallback } from '@mantine/hooks'
import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { useQuery } from 'urql'
import { VersionMadeDocument, KnownClassesDocument, ServedClassesDocument } from '../generated/graphql.js'
import { useLive } from '../talk/live.js'
import { useMay } from '../talk/who.js'
import { colourAt } from './palette.js'

/** Many photos of a new class are one question. */
const togetherMs = 1_000

interface KnownClasses {
  /** Alphabetical; undefined until the server has said so. */
  readonly classLabels: readonly string[] | undefined
  /** The same, in the order in which they were first named. */
  readonly inOrder: readonly string[] | undefined
  readonly colourOf: (classLabel: string) => string
  /** Somebody has named one that is not among them. */
  readonly again: () => void
}

const ClassesContext = createContext<KnownClasses>({
  classLabels: undefined,
  inOrder: undefined,
  colourOf: () => colourAt(-1),
  again: () => {},
})
export const useKnownClasses = () => useContext(ClassesContext)
export const useColourOf = () => useKnownClasses().colourOf

export function ClassesProvider({ children }: { children: ReactNode }) {
  const isOperator = useMay('OPERATOR')
  const [{ data: all }, askAll] = useQuery({ query: KnownClassesDocument, pause: !isOperator })
  const [{ data: served }] = useQuery({ query: ServedClassesDocument, pause: isOperator })
  const again = useThrottledCallback(() => {
    if (isOperator) askAll({ requestPolicy: 'network-only' })
  }, togetherMs)
  useLive(VersionMadeDocument, isOperator ? {} : null, { next: again, gap: again })
  const known = useMemo(() => {
    const everNamed = all?.datasetClasses.toSorted(
      (a, b) => a.createdAt.localeCompare(b.createdAt) || a.name.localeCompare(b.name),
    )
    // One that a slip made and that was taken back is in no version, and no photo is labelled so: it is not offered again. It keeps
    // its place among the colours, so that those of others stay.
    const staged = new Set(all?.stagedClasses.map(({ classLabel }) => classLabel))
    const inUse = everNamed?.filter(({ name, introducedIn }) => introducedIn !== null || staged.has(name))
    const ofModel = served?.servingModel?.classLabels
    const names = inUse?.map(({ name }) => name) ?? ofModel
    const coloured = everNamed?.map(({ name }) => name) ?? ofModel
    return {
      again,
      inOrder: names,
      classLabels: names?.toSorted((a, b) => a.localeCompare(b)),
      colourOf: (classLabel: string) => colourAt(coloured?.indexOf(classLabel) ?? -1),
    }
  }, [all, served, again])
  return <ClassesContext value={known}>{children}</ClassesContext>
}
