/** The first screen comes before all that can wait. */
let tell = () => {}
export const firstScreen = new Promise<void>((resolve) => (tell = resolve))
/** A screen that does not come must not keep the way out from coming. */
setTimeout(() => tell(), 5_000)

export function screenIsThere(): void {
  // For whoever measures how long it takes, and how many bytes.
  performance.mark('screen')
  tell()
}
