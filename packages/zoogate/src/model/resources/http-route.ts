import { type Static, Type } from 'typebox'
import { durationField, hostnameField } from './field-schemas.ts'
import { CgiSchema, FastCgiSchema, StaticSchema } from './http-route-answers.ts'
import { FilterSchema } from './http-route-filters.ts'
import { MatchSchema, METHODS, methodField } from './http-route-matches.ts'
import { apiVersionField, MetadataSchema, strict } from './resource-metadata.ts'
import { ROUTE_DEFAULTS } from './route-defaults.ts'
import { backendRefsField, parentRefsField } from './route-references.ts'

const timeoutLimits = { minMs: 1, maxMs: 86_400_000 }

const RetrySchema = Type.Object(
  {
    attempts: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 10,
        description: 'Beside the first. 0: none, not even where a connection could not be opened.',
        default: ROUTE_DEFAULTS.retryAttempts,
      }),
    ),
    codes: Type.Optional(
      Type.Array(Type.Integer({ minimum: 500, maximum: 599, description: 'A status.' }), {
        maxItems: 16,
        description: 'Responses that count as failures. Default: none, only broken connections.',
      }),
    ),
    methods: Type.Optional(
      Type.Array(methodField({ description: 'A method.' }), {
        minItems: 1,
        maxItems: METHODS.length,
        description:
          'Only requests of these are tried again; those of POST and PATCH only where nothing of them was sent.',
        default: ROUTE_DEFAULTS.retryMethods,
      }),
    ),
  },
  {
    ...strict,
    description:
      'What is tried again at another endpoint. Default: what could not be connected, and for idempotent methods what broke before a response.',
  },
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
    filters: Type.Optional(
      Type.Array(FilterSchema, {
        maxItems: 16,
        description: 'What is done with requests and responses. Of each type one, but for mirrors.',
      }),
    ),
    backendRefs: Type.Optional(
      backendRefsField('Where the requests go. With all weights 0 they are answered with 503.'),
    ),
    static: Type.Optional(StaticSchema),
    fastcgi: Type.Optional(FastCgiSchema),
    cgi: Type.Optional(CgiSchema),
    retry: Type.Optional(RetrySchema),
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
        parentRefs: parentRefsField(
          'The Gateways that carry this route: of each its listeners of HTTP and HTTPS.',
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
            'Which requests go where. Of all routes of a listener the most specific match wins, as in the Gateway API: host, exact path, regular expression (the longest), longest prefix, method, number of headers, number of query parameters, and then the order in which they are written.',
        }),
      },
      strict,
    ),
  },
  {
    ...strict,
    description: 'Which requests on which listeners go to which Services, or are answered how.',
  },
)
export type HTTPRoute = Static<typeof HTTPRouteSchema>
export type Rule = HTTPRoute['spec']['rules'][number]
export type Match = NonNullable<Rule['matches']>[number]
export type Filter = NonNullable<Rule['filters']>[number]
