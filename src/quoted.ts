const mostNamed = 10

/** Names as a sentence has them: “glass”, “metal” and 3 more. */
export function quoted(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).map((name) => `“${name}”`)
  const more = names.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}
