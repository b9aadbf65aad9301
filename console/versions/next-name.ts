/** `v1` → `v2`, `trashnet` → `trashnet-2`: counts on from a version's name, past names that are taken. */
export function nextName(before: string | undefined, taken: readonly string[]): string {
  const [, stem = '', digits] = /^(.*?)(\d{1,9})?$/s.exec(before ?? 'v0') ?? []
  const lead = digits === undefined ? `${stem}-` : stem
  const name = (number: number) => `${lead}${String(number).padStart(digits?.length ?? 1, '0')}`
  let number = Number(digits ?? 1) + 1
  while (taken.includes(name(number))) number++
  return name(number)
}
