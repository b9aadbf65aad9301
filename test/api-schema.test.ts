import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { generate } from '@graphql-codegen/cli'
import {
  buildSchema,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  parse,
  printSchema,
  validate,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import codegen from '../codegen.js'
import { schema } from '../src/api/schema/index.js'
import { contract, ownDocuments } from './support/contract.js'

const root = path.resolve(import.meta.dirname, '..')
const committed = await readFile(path.join(root, 'schema.graphql'), 'utf8')

interface Described {
  readonly name: string
  readonly description?: string | null | undefined
}

/** The type, and all that is in it. */
function partsOf(type: GraphQLNamedType): Described[] {
  const within = (part: Described) => ({ ...part, name: `${type.name}.${part.name}` })
  if (isEnumType(type)) return [type, ...type.getValues().map(within)]
  if (isInputObjectType(type)) return [type, ...Object.values(type.getFields()).map(within)]
  if (!isObjectType(type) && !isInterfaceType(type)) return [type]
  const fields = Object.values(type.getFields())
  const args = fields.flatMap((field) => field.args.map((arg) => ({ ...arg, name: `${field.name}(${arg.name})` })))
  return [type, ...fields.map(within), ...args.map(within)]
}

describe('schema.graphql', () => {
  it('is the schema (else: npm run generate)', () => {
    expect(`${printSchema(schema)}\n`).toBe(committed)
  })

  it('describes every type, field, argument and value', () => {
    const types = Object.values(schema.getTypeMap()).filter(
      (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
    )
    const silent = types.flatMap(partsOf).filter(({ description }) => !description?.trim())
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  it('gives a field that several training events share one type, nullability included', () => {
    const typesOf = new Map<string, Set<string>>()
    for (const event of schema.getPossibleTypes(schema.getType('TrainingEvent') as never)) {
      for (const field of Object.values(event.getFields())) {
        typesOf.set(field.name, (typesOf.get(field.name) ?? new Set()).add(String(field.type)))
      }
    }
    expect([...typesOf].filter(([, types]) => types.size > 1)).toEqual([])
  })
})

describe('documents', () => {
  const sdl = buildSchema(committed)

  it.each([...ownDocuments])('%s is valid', (_name, text) => {
    expect(validate(sdl, parse(text))).toEqual([])
  })

  it('has generated types that are up to date (else: npm run generate)', async () => {
    const config = { ...codegen, silent: true, errorsOnly: true, cwd: root }
    for (const { filename, content } of await generate(config, false)) {
      expect(content, filename).toBe(await readFile(path.resolve(root, filename), 'utf8'))
    }
  }, 60_000)

  it.skipIf(!contract)('has every operation of the contract (needs ../shared/contract)', () => {
    const named = (documents: ReadonlyMap<string, string>) =>
      [...documents.values()].flatMap((text) =>
        parse(text).definitions.flatMap((d) =>
          d.kind === Kind.OPERATION_DEFINITION ? [`${d.operation} ${d.name?.value}`] : [],
        ),
      )
    expect(named(ownDocuments)).toEqual(expect.arrayContaining(named(contract ?? new Map())))
  })
})

describe.skipIf(!contract)('the contract', () => {
  it.each([...(contract ?? [])])('%s is valid', (_name, text) => {
    expect(validate(buildSchema(committed), parse(text))).toEqual([])
  })
})
