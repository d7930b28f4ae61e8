import { Type } from 'typebox'
import { nameField } from './field-schemas.ts'

export const API_VERSION = 'zoogate/v1'

/** Objects in resources take no field that we do not know: a slip of the pen must not go unseen. */
export const strict = { additionalProperties: false } as const

const labelPattern = '^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$'

export const MetadataSchema = Type.Object(
  {
    name: nameField({ description: 'The name: unique among the resources of its kind.' }),
    labels: Type.Optional(
      Type.Record(
        Type.String({ pattern: labelPattern }),
        Type.String({
          pattern: `${labelPattern}|^$`,
          expects: 'a label of at most 63 characters: letters, digits, . _ / and -',
        }),
        {
          maxProperties: 64,
          keysExpect: 'a label of at most 63 characters: letters, digits, . _ / and -',
          description: 'Words of your own, to find and group resources by. They change no traffic.',
        },
      ),
    ),
  },
  { ...strict, description: 'Who the resource is.' },
)

export const apiVersionField = Type.Literal(API_VERSION, {
  description: 'The version of the format.',
})
