/** An input as the rooms below take it: what a client left out, or sent as null, is not there. */
export type Given<T> = T extends readonly unknown[] | Date
  ? T
  : T extends object
    ? { [K in keyof T]: Given<Exclude<T[K], null | undefined>> }
    : T

export function given<T extends object>(input: T): Given<T> {
  const entries = Object.entries(input).filter(([, value]) => value != null)
  const inner = (value: unknown) => (isInput(value) ? given(value) : value)
  return Object.fromEntries(entries.map(([key, value]) => [key, inner(value)])) as Given<T>
}

const isInput = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
