import { createHash } from 'node:crypto'
import type { View } from '../../../model/view/view.ts'
import { type Share, sharesOf } from './routes.ts'

/**
 * A map that draws one of a route's destinations. httpd reads lines of 1,024 bytes, so what is drawn
 * (`rnd:`) is a letter, and the same file says (`txt:`) what the letter stands for:
 *
 *     <key> a|a|a|b
 *     <key>.a shop
 *     <key>.b blog
 */
export const SPLITS_FILE = 'splits.map'
export const DRAWS_MAP = 'zoogate_draws'
export const SPLITS_MAP = 'zoogate_splits'

/** The finest share that is drawn; none that is above 0 is drawn never. */
const UNITS_MAX = 480

/** What mod_rewrite expands to the name of a destination. Where there is no such line: the first one's. */
export function drawnDestination(shares: readonly Share[]): string {
  const key = splitKey(shares)
  return `\${${SPLITS_MAP}:${key}.\${${DRAWS_MAP}:${key}}|${shares[0]?.name ?? ''}}`
}

/** The same shares have the same key in each generation: a worker of the former one may still ask. */
function splitKey(shares: readonly Share[]): string {
  return createHash('sha256').update(JSON.stringify(shares)).digest('hex').slice(0, 16)
}

export function splitsText(view: View): string {
  const lines = new Map<string, string>()
  for (const route of view.routes) {
    const shares = sharesOf(view, route)
    if (shares.length > 1) lines.set(splitKey(shares), splitLines(shares))
  }
  return [...lines.values()].join('')
}

function splitLines(shares: readonly Share[]): string {
  const key = splitKey(shares)
  const units = smallUnits(shares.map(({ weight }) => weight))
  const letters = shares.map((_, index) => index.toString(36))
  const draws = letters.flatMap((letter, index) => Array(units[index] ?? 1).fill(letter))
  return [
    `${key} ${draws.join('|')}\n`,
    ...shares.map(({ name }, index) => `${key}.${letters[index]} ${name}\n`),
  ].join('')
}

function smallUnits(weights: readonly number[]): readonly number[] {
  const divisor = weights.reduce((common, weight) => greatestDivisor(common, weight), 0)
  const small = weights.map((weight) => weight / Math.max(1, divisor))
  const sum = small.reduce((total, weight) => total + weight, 0)
  if (sum <= UNITS_MAX) return small
  return small.map((weight) => Math.max(1, Math.floor((weight * UNITS_MAX) / sum)))
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
