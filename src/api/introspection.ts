/** The schema tells of itself only where the setting says so. `__typename` tells nothing that was not asked for by name. */
import { NoSchemaIntrospectionCustomRule } from 'graphql'
import type { Plugin } from 'graphql-yoga'

export const useIntrospection = (isOn: boolean): Plugin => ({
  onValidate({ addValidationRule }) {
    if (!isOn) addValidationRule(NoSchemaIntrospectionCustomRule)
  },
})
