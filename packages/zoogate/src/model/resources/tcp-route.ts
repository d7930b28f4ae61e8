import { type Static, Type } from 'typebox'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'
import { backendRefsField, parentRefsField } from './route-references.ts'

export const TCPRouteSchema = Type.Object(
  {
    apiVersion: apiVersionField,
    kind: Type.Literal('TCPRoute'),
    metadata: MetadataSchema,
    spec: Type.Object(
      {
        parentRefs: parentRefsField(
          'The Gateways that carry this route: of each its listeners of TCP and TLS.',
        ),
        rules: Type.Array(
          Type.Object(
            {
              backendRefs: backendRefsField(
                'Where the connections go. With all weights 0 they are closed at once.',
              ),
            },
            strict,
          ),
          { minItems: 1, maxItems: 1, description: 'One, since nothing tells connections apart.' },
        ),
      },
      strict,
    ),
  },
  { ...strict, description: 'To which Services the connections of TCP and TLS listeners go.' },
)
export type TCPRoute = Static<typeof TCPRouteSchema>
