/** Relay's global ids: base64 of `Type:id`. Outside this room only the raw ids are known. */
import { uuidPattern } from '../db.js'
import { badInput } from '../errors.js'

const patterns = {
  Image: uuidPattern,
  TrainingRun: uuidPattern,
  DatasetVersion: /^[1-9]\d{0,8}$/,
  DatasetClass: /^[1-9]\d{0,8}$/,
  VersionEntry: /^[1-9]\d{0,17}$/,
} as const

export type NodeType = keyof typeof patterns

const isNodeType = (name: string): name is NodeType => Object.hasOwn(patterns, name)

export const encodeId = (typename: string, id: string | number | bigint) =>
  Buffer.from(`${typename}:${id}`).toString('base64')

/**
 * @param field the argument the id came in, for the error.
 * @throws BAD_USER_INPUT for anything that `encodeId` never made.
 */
export function decodeId(globalId: string, field: string): { typename: NodeType; id: string } {
  const [typename = '', id = '', ...rest] = Buffer.from(globalId, 'base64').toString('utf8').split(':')
  if (!isNodeType(typename) || rest.length > 0 || !patterns[typename].test(id)) {
    throw badInput(field, 'This is not an id that WasteX has given out.')
  }
  return { typename, id }
}

/** @returns the raw id of an object of that type. @throws BAD_USER_INPUT */
export function rawId(type: NodeType, globalId: string, field: string): string {
  const { typename, id } = decodeId(globalId, field)
  if (typename !== type) throw badInput(field, `This is the id of a ${typename}; the id of a ${type} is wanted.`)
  return id
}
