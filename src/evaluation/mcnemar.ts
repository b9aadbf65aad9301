/**
 * Exact McNemar test, two-sided: of the photos on which two models differ, would a fair coin have shared them out so
 * unevenly? p = min(1, 2 * P(X <= min(fixed, broken))), X ~ Binomial(fixed + broken, 1/2).
 * McNemar: Note on the sampling error of the difference between correlated proportions or percentages, 1947; exact as in
 * scipy.stats.binomtest. Not the mid-p form: on few photos that one promises more than it keeps now and then, and a
 * promotion is better withheld than given by chance.
 *
 * @param fixed photos that the new model alone names rightly
 * @param broken photos that the old model alone names rightly
 * @returns p-value in (0, 1]
 */
export const mcnemar = (fixed: number, broken: number): number =>
  Math.min(1, 2 * lowerTail(Math.min(fixed, broken), fixed + broken))

/** One-sided: could chance alone have broken so many? In (0, 1]. */
export const mcnemarWorse = (fixed: number, broken: number): number => lowerTail(fixed, fixed + broken)

/**
 * P(X <= k), X ~ Binomial(n, 1/2). From term to term by C(n, i + 1) = C(n, i) * (n - i) / (i + 1), in logarithms and
 * relative to the last and largest term so far: 2^-n underflows beyond n = 1,074.
 */
function lowerTail(k: number, n: number): number {
  let logTerm = -n * Math.LN2
  let logSum = logTerm
  for (let i = 0; i < k; i++) {
    logTerm += Math.log((n - i) / (i + 1))
    const [high, low] = logTerm > logSum ? [logTerm, logSum] : [logSum, logTerm]
    logSum = high + Math.log1p(Math.exp(low - high))
  }
  return Math.min(1, Math.exp(logSum))
}
