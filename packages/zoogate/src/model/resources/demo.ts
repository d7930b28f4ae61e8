import { type Static, Type } from 'typebox'
import { nameField } from './field-schemas.ts'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'

export const DEMO_DEFAULTS = { instances: 3 } as const

export const DemoSchema = Type.Object(
  {
    apiVersion: apiVersionField,
    kind: Type.Literal('Demo'),
    metadata: MetadataSchema,
    spec: Type.Object(
      {
        service: nameField({ description: 'The Service that the sample instances register with.' }),
        instances: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 32,
            description: 'How many run.',
            default: DEMO_DEFAULTS.instances,
          }),
        ),
      },
      strict,
    ),
  },
  {
    ...strict,
    description: 'Sample instances that `zoogate dev` runs. Everything else ignores them.',
  },
)
export type Demo = Static<typeof DemoSchema>
