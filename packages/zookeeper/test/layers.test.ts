import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const source = join(import.meta.dirname, '../src')
/** From the bottom up: a layer may import those before it. The error table and the codes know each other. */
const layers = [
  'protocol',
  'errors',
  'diagnostics',
  'sasl',
  'connection',
  'session',
  'client',
  'recipes',
]

function rank(file: string): number {
  const layer = relative(source, file).split('/')[0] ?? ''
  // The errors have their codes from the protocol, and the protocol throws errors: one floor.
  return Math.max(1, layers.indexOf(layer))
}

it('imports downwards only', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name.includes('/'))
    .map((name) => join(source, name))
  expect(files.length).toBeGreaterThan(50)
  const wrong = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)]
      .map(([, target = '']) => resolve(dirname(file), target))
      .filter((target) => rank(target) > rank(file))
      .map((target) => `${relative(source, file)} imports ${relative(source, target)}`),
  )
  expect(wrong).toEqual([])
})
