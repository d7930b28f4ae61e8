import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { VARIANTS } from '../../conformance/harness/engine/variants.ts'

it.each(VARIANTS.map(({ name }) => name))('%s has a file of its own', (name) => {
  expect(existsSync(new URL(`../../conformance/${name}.test.ts`, import.meta.url))).toBe(true)
})
