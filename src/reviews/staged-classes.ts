import type { Db } from '../db.js'

/** What the next version would take in. @returns photos of each label, most first */
export async function stagedClasses(db: Db): Promise<{ classLabel: string; count: number }[]> {
  const groups = await db.image.groupBy({ by: ['assignedLabel'], where: { staged: true }, _count: true })
  return groups
    .map(({ assignedLabel, _count: count }) => ({ classLabel: assignedLabel ?? '', count }))
    .sort((a, b) => b.count - a.count || a.classLabel.localeCompare(b.classLabel))
}
