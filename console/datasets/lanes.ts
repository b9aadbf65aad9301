/** Versions as lines, newest first: each leads down to the one that it was made from, side by side where two were made from one. */

export interface Link {
  /** Places of a lane, from the left: at the upper edge of the row and at its lower one. The dot lies half-way down. */
  readonly from: number
  readonly to: number
  /** `above`: from the upper edge to the dot. `below`: from the dot to the lower edge. `past`: it goes by. */
  readonly part: 'above' | 'below' | 'past'
}

export interface LaneRow {
  /** Where the dot lies, from 0. */
  readonly lane: number
  readonly links: readonly Link[]
}

interface Version {
  readonly name: string
  readonly parent?: { readonly name: string } | null | undefined
}

/** @param versions newest first: a parent stands below all that was made from it, or is not there yet */
export function lanesOf(versions: readonly Version[]): LaneRow[] {
  /** Which version each lane leads to. */
  let lanes: (string | undefined)[] = []
  return versions.map(({ name, parent }) => {
    const known = lanes.indexOf(name)
    const free = lanes.indexOf(undefined)
    const lane = known >= 0 ? known : free >= 0 ? free : lanes.length
    const links = lanes.flatMap((target, place): Link[] =>
      target === undefined
        ? []
        : target === name
          ? [{ from: place, to: lane, part: 'above' }]
          : [{ from: place, to: place, part: 'past' }],
    )
    lanes = lanes.map((target) => (target === name ? undefined : target))
    lanes[lane] = parent?.name
    if (parent) links.push({ from: lane, to: lane, part: 'below' })
    return { lane, links }
  })
}
