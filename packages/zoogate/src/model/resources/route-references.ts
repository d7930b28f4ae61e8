import { Type } from 'typebox'
import { nameField } from './field-schemas.ts'
import { strict } from './resource-metadata.ts'
import { ROUTE_DEFAULTS } from './route-defaults.ts'

/** What routes of every kind name. */

export const parentRefsField = (description: string) =>
  Type.Array(
    Type.Object(
      {
        name: nameField({ description: 'A Gateway.' }),
        sectionName: Type.Optional(
          nameField({
            description: 'One of its listeners. Default: all of them that take this kind of route.',
          }),
        ),
      },
      strict,
    ),
    { minItems: 1, maxItems: 32, description },
  )

export const backendRefsField = (description: string) =>
  Type.Array(
    Type.Object(
      {
        name: nameField({ description: 'A Service.' }),
        weight: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 1_000_000,
            description: 'Its share beside the other backendRefs. 0: none.',
            default: ROUTE_DEFAULTS.weight,
          }),
        ),
      },
      strict,
    ),
    { minItems: 1, maxItems: 16, description },
  )
