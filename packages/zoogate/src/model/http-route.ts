import { type Static, Type } from 'typebox'
import {
  durationField,
  headerNameField,
  headerValueField,
  hostnameField,
  nameField,
  uriPathField,
} from './field-schemas.ts'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'

export const HTTP_ROUTE_DEFAULTS = {
  pathType: 'PathPrefix',
  path: '/',
  weight: 1,
} as const

const timeoutLimits = { minMs: 1, maxMs: 86_400_000 }

const MatchSchema = Type.Object(
  {
    path: Type.Optional(
      Type.Object(
        {
          type: Type.Optional(
            Type.Union([Type.Literal('Exact'), Type.Literal('PathPrefix')], {
              description:
                '`Exact`: this path and no other. `PathPrefix`: whole segments, so `/app` covers `/app` and `/app/x` but not `/apple`.',
              default: HTTP_ROUTE_DEFAULTS.pathType,
            }),
          ),
          value: Type.Optional(
            uriPathField({
              description: 'The path. Letter case counts.',
              default: HTTP_ROUTE_DEFAULTS.path,
            }),
          ),
        },
        { ...strict, description: 'Default: every path.' },
      ),
    ),
    method: Type.Optional(
      Type.Union(
        [
          Type.Literal('GET'),
          Type.Literal('HEAD'),
          Type.Literal('POST'),
          Type.Literal('PUT'),
          Type.Literal('PATCH'),
          Type.Literal('DELETE'),
          Type.Literal('OPTIONS'),
          Type.Literal('TRACE'),
        ],
        { description: 'Default: every method.' },
      ),
    ),
    headers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: headerNameField({ description: 'The header, letter case aside.' }),
            value: headerValueField({ description: 'Its exact value.' }),
          },
          strict,
        ),
        { maxItems: 16, description: 'Headers that a request must have, all of them.' },
      ),
    ),
  },
  { ...strict, description: 'What a request must be. All of it must match.' },
)

const BackendRefSchema = Type.Object(
  {
    name: nameField({ description: 'A Service.' }),
    weight: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: 'Its share of the requests beside the other backendRefs. 0: none.',
        default: HTTP_ROUTE_DEFAULTS.weight,
      }),
    ),
  },
  strict,
)

const RuleSchema = Type.Object(
  {
    matches: Type.Optional(
      Type.Array(MatchSchema, {
        minItems: 1,
        maxItems: 64,
        description: "A request that any of these matches is this rule's. Default: every request.",
      }),
    ),
    backendRefs: Type.Array(BackendRefSchema, {
      minItems: 1,
      maxItems: 16,
      description: 'Where the requests go. With all weights 0 they are answered with 503.',
    }),
    timeouts: Type.Optional(
      Type.Object(
        {
          request: Type.Optional(
            durationField(timeoutLimits, {
              description:
                'Until the response begins, retries included; else 504. Default: no limit of its own.',
            }),
          ),
          backendRequest: Type.Optional(
            durationField(timeoutLimits, {
              description: 'The same for one attempt at one endpoint. At most `request`.',
            }),
          ),
        },
        { ...strict, description: 'How long a request may take.' },
      ),
    ),
  },
  strict,
)

export const HTTPRouteSchema = Type.Object(
  {
    apiVersion: apiVersionField,
    kind: Type.Literal('HTTPRoute'),
    metadata: MetadataSchema,
    spec: Type.Object(
      {
        parentRefs: Type.Array(
          Type.Object(
            {
              name: nameField({ description: 'A Gateway.' }),
              sectionName: Type.Optional(
                nameField({ description: 'One of its listeners. Default: all of them.' }),
              ),
            },
            strict,
          ),
          { minItems: 1, maxItems: 32, description: 'The Gateways that carry this route.' },
        ),
        hostnames: Type.Optional(
          Type.Array(
            hostnameField({ description: 'An exact name, or `*.` and a name for all below it.' }),
            { maxItems: 64, description: 'Hosts that it answers for. Default: any.' },
          ),
        ),
        rules: Type.Array(RuleSchema, {
          minItems: 1,
          maxItems: 256,
          description:
            'Which requests go where. Of all routes of a listener the most specific match wins, as in the Gateway API: host, exact path, longest prefix, method, number of headers, and then the order in which they are written.',
        }),
      },
      strict,
    ),
  },
  { ...strict, description: 'Which requests on which listeners go to which Services.' },
)
export type HTTPRoute = Static<typeof HTTPRouteSchema>
