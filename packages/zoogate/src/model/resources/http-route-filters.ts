import { Type } from 'typebox'
import {
  choiceField,
  headerNameField,
  headerValueField,
  nameField,
  portField,
  preciseHostnameField,
  uriPathField,
} from './field-schemas.ts'
import {
  AccessSchema,
  CacheSchema,
  CompressSchema,
  ExpiresSchema,
  RateLimitSchema,
} from './http-route-own-filters.ts'
import { strict } from './resource-metadata.ts'
import { ROUTE_DEFAULTS } from './route-defaults.ts'

/** The filters of the Gateway API, in its shape; those of ours are in http-route-own-filters.ts. */

const headersField = (description: string) =>
  Type.Optional(
    Type.Array(
      Type.Object(
        {
          name: headerNameField({ description: 'The header, letter case aside.' }),
          value: headerValueField({ description: 'Its value.' }),
        },
        strict,
      ),
      { maxItems: 16, description },
    ),
  )

const headerModifierSchema = (description: string) =>
  Type.Object(
    {
      set: headersField('Headers that are written, in place of those of the same name.'),
      add: headersField('Headers that are added to those of the same name.'),
      remove: Type.Optional(
        Type.Array(headerNameField({ description: 'A header, letter case aside.' }), {
          maxItems: 16,
          description: 'Headers that are removed, before others are set and added.',
        }),
      ),
    },
    { ...strict, description },
  )

const pathModifierField = (description: string) =>
  Type.Optional(
    Type.Object(
      {
        type: Type.Union([Type.Literal('ReplaceFullPath'), Type.Literal('ReplacePrefixMatch')], {
          description:
            '`ReplaceFullPath`: the whole path. `ReplacePrefixMatch`: what the match (a PathPrefix) covers; the rest stays.',
        }),
        replaceFullPath: Type.Optional(
          uriPathField({ description: 'The new path, for `ReplaceFullPath`.' }),
        ),
        replacePrefixMatch: Type.Optional(
          uriPathField({ description: 'The new prefix, for `ReplacePrefixMatch`.' }),
        ),
      },
      { ...strict, description },
    ),
  )

const RequestRedirectSchema = Type.Object(
  {
    scheme: Type.Optional(
      Type.Union([Type.Literal('http'), Type.Literal('https')], {
        description: 'Default: as the request came.',
      }),
    ),
    hostname: Type.Optional(preciseHostnameField({ description: 'Default: as the request came.' })),
    path: pathModifierField('Default: as the request came.'),
    port: Type.Optional(
      portField({
        description: "Default: the scheme's, where a scheme is written, else the listener's.",
      }),
    ),
    statusCode: Type.Optional(
      choiceField([301, 302, 303, 307, 308], {
        description: 'The status of the answer.',
        default: ROUTE_DEFAULTS.statusCode,
      }),
    ),
  },
  { ...strict, description: 'Answers with a redirect, in place of backendRefs. The query stays.' },
)

const UrlRewriteSchema = Type.Object(
  {
    hostname: Type.Optional(
      preciseHostnameField({
        description: "The Host that the backend gets. Default: the client's.",
      }),
    ),
    path: pathModifierField("The path that the backend gets. Default: the client's."),
  },
  {
    ...strict,
    description: 'What the backend gets in place of the host and the path; the query stays.',
  },
)

const RequestMirrorSchema = Type.Object(
  {
    backendRef: Type.Object(
      { name: nameField({ description: 'A Service.' }) },
      { ...strict, description: 'Who gets the copies. Its answers are dropped.' },
    ),
    percent: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description: 'Of so many requests in a hundred it gets a copy.',
        default: ROUTE_DEFAULTS.mirrorPercent,
      }),
    ),
  },
  { ...strict, description: 'Sends copies of requests to a further Service.' },
)

export const FILTER_TYPES = [
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestRedirect',
  'URLRewrite',
  'RequestMirror',
  'Access',
  'RateLimit',
  'Cache',
  'Expires',
  'Compress',
] as const
export type FilterType = (typeof FILTER_TYPES)[number]

/** Where a filter of that type has what it does. */
export const FILTER_FIELDS = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestRedirect: 'requestRedirect',
  URLRewrite: 'urlRewrite',
  RequestMirror: 'requestMirror',
  Access: 'access',
  RateLimit: 'rateLimit',
  Cache: 'cache',
  Expires: 'expires',
  Compress: 'compress',
} as const satisfies Record<FilterType, string>
export type FilterField = (typeof FILTER_FIELDS)[FilterType]

export const FilterSchema = Type.Object(
  {
    type: choiceField(FILTER_TYPES, {
      description: 'What the filter does. The field of this name says how.',
    }),
    requestHeaderModifier: Type.Optional(
      headerModifierSchema('Changes the headers that the backend gets.'),
    ),
    responseHeaderModifier: Type.Optional(
      headerModifierSchema('Changes the headers that the client gets.'),
    ),
    requestRedirect: Type.Optional(RequestRedirectSchema),
    urlRewrite: Type.Optional(UrlRewriteSchema),
    requestMirror: Type.Optional(RequestMirrorSchema),
    access: Type.Optional(AccessSchema),
    rateLimit: Type.Optional(RateLimitSchema),
    cache: Type.Optional(CacheSchema),
    expires: Type.Optional(ExpiresSchema),
    compress: Type.Optional(CompressSchema),
  },
  {
    ...strict,
    // For editors; filterIssues says it in better words.
    allOf: FILTER_TYPES.map((type) => ({
      anyOf: [
        { properties: { type: { not: { const: type } } } },
        { required: [FILTER_FIELDS[type]] },
      ],
    })),
  },
)
