import { stripVTControlCharacters } from 'node:util'

const GAP = '  '

/** Columns as wide as their widest cell; colours take no width. The last column is not padded. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [header, ...rows]
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => widthOf(line[column] ?? ''))),
  )
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === header.length - 1
            ? cell
            : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)),
        )
        .join(GAP)
        .trimEnd(),
    )
    .join('\n')
}

function widthOf(cell: string): number {
  return [...stripVTControlCharacters(cell)].length
}

/** Text from outside, so that a terminal takes no orders from it. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
  })
}
