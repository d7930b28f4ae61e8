import { usageError } from './cli-error.ts'

/** A revision's number as people write it. */
export function revisionNumber(text: string): number {
  const number = Number(text)
  if (/^[1-9][0-9]{0,9}$/.test(text)) return number
  throw usageError(
    `"${text.slice(0, 40)}" is no revision: write its number, as in \`zoogate history\``,
  )
}
