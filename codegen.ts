/**
 * `npx graphql-codegen`: types for the operations in `documents/`, by which the tests, the demo and the console talk to the
 * API. What it makes is kept beside them, so that a change of the schema shows in what its clients see.
 */
import type { CodegenConfig } from '@graphql-codegen/cli'

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'documents/*.graphql',
  importExtension: '.js',
  generates: {
    'documents/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { ID: 'string', DateTime: 'string', Upload: 'File' },
      },
    },
  },
}

export default config
