/** The option by which a field says, where it is defined, who may ask for it (guard.ts sees to it). */
import type { FieldNullability, InputFieldMap, SchemaTypes, TypeParam } from '@pothos/core'
import type { Role } from '../../db.js'

/** `SENDER`: the device that sent this photo first, or an operator. */
export type Needed = Role | 'SENDER'

/* oxlint-disable no-unused-vars -- an interface that is added to has the parameters of the one it is added to. */
declare global {
  export namespace PothosSchemaTypes {
    interface FieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      ParentShape = unknown,
      Type extends TypeParam<Types> = TypeParam<Types>,
      Nullable extends FieldNullability<Type> = FieldNullability<Type>,
      Args extends InputFieldMap = InputFieldMap,
      ResolveShape = unknown,
      ResolveReturnShape = unknown,
    > {
      /** Who may ask for it. A field of Query, Mutation or Subscription must say so; any other: as its type says. */
      role?: Needed
    }
    interface BaseTypeOptions<Types extends SchemaTypes = SchemaTypes> {
      /** Who may ask for those of its fields that do not say. Left out: OPERATOR. */
      role?: Needed
    }
  }
}
