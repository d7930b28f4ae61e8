import { Type } from 'typebox'
import { choiceField, headerNameField, headerValueField, queryNameField } from './field-schemas.ts'
import { strict } from './resource-metadata.ts'
import { ROUTE_DEFAULTS } from './route-defaults.ts'

export const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
] as const

export const methodField = (options: { readonly description?: string }) =>
  choiceField(METHODS, options)

const PathSchema = Type.Object(
  {
    type: Type.Optional(
      Type.Union(
        [Type.Literal('Exact'), Type.Literal('PathPrefix'), Type.Literal('RegularExpression')],
        {
          description:
            '`Exact`: this path and no other. `PathPrefix`: whole segments, so `/app` covers `/app` and `/app/x` but not `/apple`. `RegularExpression`: the whole path, percent-decoded, must match.',
          default: ROUTE_DEFAULTS.pathType,
        },
      ),
    ),
    value: Type.Optional(
      Type.String({
        maxLength: 1024,
        expects: 'a path of at most 1024 characters',
        description: 'The path, or the regular expression. Letter case counts.',
        default: ROUTE_DEFAULTS.path,
      }),
    ),
  },
  { ...strict, description: 'Default: every path.' },
)

const valueTypeField = Type.Optional(
  Type.Union([Type.Literal('Exact'), Type.Literal('RegularExpression')], {
    description:
      '`Exact`: this value and no other. `RegularExpression`: the whole value must match.',
    default: ROUTE_DEFAULTS.valueType,
  }),
)

const HeaderMatchSchema = Type.Object(
  {
    type: valueTypeField,
    name: headerNameField({ description: 'The header, letter case aside.' }),
    value: headerValueField({ description: 'Its value, or the regular expression.' }),
  },
  strict,
)

const QueryMatchSchema = Type.Object(
  {
    type: valueTypeField,
    name: queryNameField({ description: 'The parameter. Letter case counts.' }),
    value: headerValueField({
      description:
        'Its value, percent-decoded, or the regular expression. Of several of this name the first counts.',
    }),
  },
  strict,
)

export const MatchSchema = Type.Object(
  {
    path: Type.Optional(PathSchema),
    method: Type.Optional(methodField({ description: 'Default: every method.' })),
    headers: Type.Optional(
      Type.Array(HeaderMatchSchema, {
        maxItems: 16,
        description: 'Headers that a request must have, all of them.',
      }),
    ),
    queryParams: Type.Optional(
      Type.Array(QueryMatchSchema, {
        maxItems: 16,
        description: "Parameters that a request's query must have, all of them.",
      }),
    ),
  },
  { ...strict, description: 'What a request must be. All of it must match.' },
)
