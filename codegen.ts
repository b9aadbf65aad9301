/**
 * `npx graphql-codegen`: types for the operations in `documents/`, by which the tests and the demo talk to the API, and for those
 * of the console. What it makes is kept beside them, so that a change of the schema shows in what its clients see.
 */
import type { CodegenConfig } from '@graphql-codegen/cli'

const types = {
  enumsAsTypes: true,
  useTypeImports: true,
  strictScalars: true,
  scalars: { ID: 'string', DateTime: 'string', Upload: 'File' },
}

const config: CodegenConfig = {
  schema: 'schema.graphql',
  importExtension: '.js',
  generates: {
    'documents/generated/': {
      documents: 'documents/*.graphql',
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { documentMode: 'string', ...types },
    },
    'console/generated/': {
      documents: 'console/*/*.graphql',
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: types,
    },
  },
}

export default config
