/** What lies in a run's folder, with the hashes by which it is believed. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Artefact } from '../model/card.js'

/** By name. */
export async function artefactsIn(folder: string): Promise<Artefact[]> {
  const names = (await readdir(folder)).toSorted()
  return Promise.all(names.map((name) => artefactOf(folder, name)))
}

export async function artefactOf(folder: string, name: string): Promise<Artefact> {
  const bytes = await readFile(path.join(folder, name))
  return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}
