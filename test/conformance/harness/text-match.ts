import { type Static, Type } from 'typebox'

/** What a text must be: equal, or null (not there), or like something; of a list each, in order. */
export const TextMatchSchema = Type.Union(
  [
    Type.String(),
    Type.Null(),
    Type.Array(Type.String()),
    Type.Object(
      {
        matches: Type.Optional(
          Type.String({ description: 'A regular expression, found anywhere in it.' }),
        ),
        contains: Type.Optional(Type.String()),
        lacks: Type.Optional(Type.String({ description: 'Not found anywhere in it.' })),
      },
      { additionalProperties: false },
    ),
  ],
  {
    expects: 'a text, null (not there), a list of texts, or an object of matches, contains, lacks',
  },
)
export type TextMatch = Static<typeof TextMatchSchema>

/** Why texts (the values of one header, or a body) are not what they must be; undefined: they are. */
export function textMismatch(wanted: TextMatch, found: readonly string[]): string | undefined {
  if (wanted === null) return found.length === 0 ? undefined : `is ${shown(found)}, not absent`
  if (Array.isArray(wanted)) {
    const equal =
      wanted.length === found.length && wanted.every((text, index) => text === found[index])
    return equal ? undefined : `is ${shown(found)}, not ${shown(wanted)}`
  }
  if (typeof wanted === 'string') {
    return found.length === 1 && found[0] === wanted
      ? undefined
      : `is ${shown(found)}, not ${JSON.stringify(wanted)}`
  }
  const text = found.join(', ')
  const { matches, contains, lacks } = wanted
  if (found.length === 0 && (matches ?? contains) !== undefined) return 'is absent'
  if (matches !== undefined && !new RegExp(matches).test(text)) {
    return `is ${shown(found)}, which does not match ${matches}`
  }
  if (contains !== undefined && !text.includes(contains)) {
    return `is ${shown(found)}, which does not contain ${JSON.stringify(contains)}`
  }
  if (lacks !== undefined && text.includes(lacks)) {
    return `is ${shown(found)}, which contains ${JSON.stringify(lacks)}`
  }
  return undefined
}

const SHOWN_CHARACTERS_MAX = 400

function shown(texts: readonly string[]): string {
  if (texts.length === 0) return 'absent'
  return texts.map((text) => JSON.stringify(text.slice(0, SHOWN_CHARACTERS_MAX))).join(' and ')
}
