/** For `node --import`: the clock of this process is two hours ahead. Files keep the dates that the system gives them. */
const aheadMs = 2 * 3_600_000
const Real = Date

globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + aheadMs)
    else super(...given)
  }

  static now() {
    return Real.now() + aheadMs
  }
}
