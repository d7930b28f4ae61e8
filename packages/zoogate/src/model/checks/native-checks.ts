import type { Gateway } from '../resources/gateway.ts'
import type { SchemaIssue } from '../schema/schema-issues.ts'

/** What the text of a native configuration says itself, and nobody else can. */
const SAID_BY_THE_TEXT = ['clientAddress', 'limits', 'concurrency'] as const

/** What the schema of a Gateway cannot say of `native`. Pure. */
export function nativeIssues({ spec }: Gateway): readonly SchemaIssue[] {
  const { native } = spec
  if (native === undefined) {
    const message = 'is missing: at least one listener, unless there is native'
    return spec.listeners === undefined ? [{ path: ['spec', 'listeners'], message }] : []
  }
  const sources = (['file', 'text', 'znode'] as const).filter((key) => native[key] !== undefined)
  return [
    ...(sources.length === 1
      ? []
      : [
          {
            path: ['spec', 'native'],
            message: `needs exactly one of file, text and znode${sources.length === 0 ? '' : `, and has ${sources.join(' and ')}`}`,
          },
        ]),
    ...SAID_BY_THE_TEXT.filter((field) => spec[field] !== undefined).map(
      (field): SchemaIssue => ({
        path: ['spec', field],
        at: 'key',
        message:
          'is not for a Gateway with native: write it into the text, in the engine’s own words',
      }),
    ),
    ...(spec.listeners ?? []).flatMap(({ tls }, index): readonly SchemaIssue[] =>
      tls === undefined
        ? []
        : [
            {
              path: ['spec', 'listeners', index, 'tls'],
              at: 'key',
              message:
                'is not for a Gateway with native: the text says how connections are decrypted',
            },
          ],
    ),
  ]
}
