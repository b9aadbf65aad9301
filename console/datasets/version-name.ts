/** A name for the next version: one more than the highest of `v1`, `v2`, ... */
export function nextName(names: readonly string[]): string {
  const numbers = names.flatMap((name) => /^v(\d{1,9})$/.exec(name)?.slice(1).map(Number) ?? [])
  return `v${Math.max(0, ...numbers) + 1}`
}
