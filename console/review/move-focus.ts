/** Arrows in a grid of photos: from cell to cell, line to line. */

const cells = (list: HTMLElement) => [...list.querySelectorAll<HTMLElement>('[data-index]')]
const cellAt = (list: HTMLElement, index: number) => list.querySelector<HTMLElement>(`[data-index="${index}"]`)

/** Lines are as long as the first one in view. */
function columnsOf(list: HTMLElement): number {
  const tops = cells(list).map((cell) => Math.round(cell.getBoundingClientRect().top))
  return Math.max(1, tops.filter((top) => top === tops[0]).length)
}

/** @returns whether the key is one that moves, and there is a cell there, which has the focus now */
export function moveFocus(list: HTMLElement, from: number, key: string): boolean {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columnsOf(list), ArrowUp: -columnsOf(list) }[key]
  const cell = by === undefined ? null : cellAt(list, from + by)
  cell?.focus()
  return cell !== null
}

/** The cell at that place, or the last one before it. */
export function focusNear(list: HTMLElement, index: number): void {
  const near = cellAt(list, index) ?? cells(list).at(-1)
  near?.focus()
}
