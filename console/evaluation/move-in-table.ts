/** Arrows in a table whose cells are buttons, here and there: to the next one that way. */
const ways: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** @returns whether the key is an arrow: the table's box is not to scroll by it, too */
export function moveFrom(button: HTMLButtonElement, key: string): boolean {
  const way = ways[key]
  const cell = button.closest('td')
  const row = button.closest('tr')
  const table = button.closest('table')
  if (!way || !cell || !row || !table) return false
  const [down, right] = way
  for (let step = 1; ; step++) {
    const next = table.rows[row.rowIndex + step * down]?.cells[cell.cellIndex + step * right]
    const there = next?.querySelector('button')
    there?.focus()
    if (there || !next) return true
  }
}
