import { inOrder, type Reading } from './reading.ts'

/** JSON: names and values. */
export function readJson(text: string): Reading {
  return readValue(JSON.parse(text))
}

function readValue(value: unknown): Reading {
  if (Array.isArray(value)) return inOrder(...value.map(readValue))
  if (typeof value !== 'object' || value === null) return String(value)
  return inOrder(...Object.entries(value).map(([name, each]) => inOrder(name, readValue(each))))
}

/** Lines of words that one character divides. */
export function readTable(text: string, divider: string | RegExp): Reading {
  return inOrder(...text.split('\n').map((line) => inOrder(...line.split(divider))))
}

/** PEM, in which space around lines and empty lines mean nothing. */
export function linesOf(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return lines.flatMap((line) => (line === '' ? [] : [`${line}\n`])).join('')
}
