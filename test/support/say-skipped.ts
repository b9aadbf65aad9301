/** Before the totals, the names of the tests that were skipped: what a test needs stands in its title. */
import type { TestCase, TestModule, TestSuite, Vitest } from 'vitest/node'
import type { Reporter } from 'vitest/reporters'

export default class SaySkipped implements Reporter {
  private isFiltered = false

  onInit(vitest: Vitest): void {
    // With `-t`, the tests that were not asked for are skipped too.
    this.isFiltered = vitest.config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.isFiltered) return
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')])
    const counts = new Map<string, number>()
    for (const test of skipped) {
      const name = `${test.module.relativeModuleId} > ${skippedWhole(test).fullName}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    if (skipped.length > 0) console.log(`\n Skipped tests, ${skipped.length} in all:`)
    for (const [name, count] of counts) console.log(`   ${count} of ${name}`)
  }
}

/** The outermost suite around the test of which all is skipped, or the test itself. */
function skippedWhole(test: TestCase): TestCase | TestSuite {
  let whole: TestCase | TestSuite = test
  for (let around = test.parent; around.type === 'suite'; around = around.parent)
    if ([...around.children.allTests()].every((one) => one.result().state === 'skipped')) whole = around
  return whole
}
