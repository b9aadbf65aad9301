/** Where the steps of a chart stand whose x axis has several sections, each counted from 1: the epochs of the stages of a training. */
export interface Section {
  readonly name: string
  /** Steps that it has room for. */
  readonly length: number
}

interface Placed extends Section {
  readonly from: number
  readonly width: number
  /** Place of the step that stands out. */
  readonly marked?: number
}

/** By section, a step that stands out: from 1. */
export type Marked = Readonly<Record<string, number | undefined>>

export interface Layout {
  readonly sections: readonly Placed[]
  /** Of the whole axis. */
  readonly width: number
  /** Of each step of each section, and of the gaps between sections, in order. */
  readonly places: readonly number[]
}

/** A section of few steps beside one of many is still seen. */
const leastShare = 0.22

export function layOut(all: readonly Section[], marked: Marked): Layout {
  const used = all.filter(({ length }) => length > 0)
  const steps = used.reduce((sum, { length }) => sum + length, 0)
  let from = 0
  const sections = used.map((section) => {
    const width = Math.max(section.length, leastShare * steps)
    const placed = { ...section, from, width }
    from += width
    const step = marked[section.name]
    return step === undefined ? placed : { ...placed, marked: placeOf(placed, step - 1) }
  })
  const places = sections.flatMap((section, i) => [
    ...(i > 0 ? [section.from] : []),
    ...Array.from({ length: section.length }, (_, step) => placeOf(section, step)),
  ])
  return { sections, width: from, places }
}

/** @param step from 0 */
const placeOf = ({ from, width, length }: Placed, step: number): number => from + ((step + 0.5) * width) / length

/** One value for each place: null where there is none, and between sections, so that no line crosses from one into the next. */
export const valuesAt = (
  { sections }: Layout,
  of: Readonly<Record<string, readonly (number | null)[]>>,
): (number | null)[] =>
  sections.flatMap(({ name, length }, i) => [
    ...(i > 0 ? [null] : []),
    ...Array.from({ length }, (_, step) => of[name]?.[step] ?? null),
  ])

/** Which step of which section stands nearest. @param place index into `places` @returns step from 1; undefined between sections */
export function stepAt({ sections }: Layout, place: number): { name: string; step: number } | undefined {
  let index = place
  for (const { name, length } of sections) {
    if (index >= 0 && index < length) return { name, step: index + 1 }
    index -= length + 1
  }
  return undefined
}

/** Steps that are written below the axis, by place: the first of each section, and round ones. @param most how many have room */
export function marksOf({ sections, width }: Layout, most: number): { place: number; said: string }[] {
  const least = width / most
  const marks = sections.map((section) => {
    const room = Math.max(1, section.width / least)
    const apart = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((size) => section.length / size <= room) ?? 1_000
    return Array.from({ length: section.length }, (_, i) => i + 1)
      .filter((step) => step === 1 || (step % apart === 0 && step - 1 > apart / 2) || apart === 1)
      .map((step) => ({ place: placeOf(section, step - 1), said: String(step) }))
  })
  // Where a section begins matters more than where the one before it ends.
  return marks.flatMap((own, i) => {
    const next = marks[i + 1]?.[0]?.place ?? Infinity
    return own.filter(({ place }, first) => first === 0 || next - place >= least * 0.8)
  })
}
