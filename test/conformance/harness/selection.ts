import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Variant } from './engine/variants.ts'
import type { ReadCases } from './read-cases.ts'

const NONE: ReadCases = { cases: [], problems: [] }

/**
 * Which cases: all of this repository's; or those that ZOOGATE_CONFORMANCE_CASES names, parted by
 * commas, each a file or a folder from anywhere, or a part of the ids of some of ours.
 */
export function chosenCases(
  read: (paths: readonly string[]) => ReadCases,
  folder: string,
): ReadCases {
  const wanted = listed('ZOOGATE_CONFORMANCE_CASES')
  if (wanted.length === 0) return read([folder])
  const paths = wanted.filter((text) => existsSync(text)).map((path) => resolve(path))
  const words = wanted.filter((text) => !existsSync(text))
  const ours = words.length === 0 ? NONE : read([folder])
  for (const word of words) {
    if (!ours.cases.some(({ id }) => id.includes(word))) {
      // It may be one that could not be read.
      const why = [...ours.problems, `no case is called ${word}, and there is no such file`]
      throw new Error(why.join('\n'))
    }
  }
  const named = ours.cases.filter(({ id }) => words.some((word) => id.includes(word)))
  const others = paths.length === 0 ? NONE : read(paths)
  return {
    cases: [...named, ...others.cases],
    problems: [...ours.problems, ...others.problems],
  }
}

/** Which engines: all, or those that ZOOGATE_CONFORMANCE_ENGINES names, parted by commas. */
export function chosenEngines(variants: readonly Variant[]): readonly Variant[] {
  const wanted = listed('ZOOGATE_CONFORMANCE_ENGINES')
  for (const name of wanted) {
    if (!variants.some((variant) => variant.name === name)) {
      const known = variants.map((variant) => variant.name).join(', ')
      throw new Error(`no engine is called ${name} (known: ${known})`)
    }
  }
  return wanted.length === 0 ? variants : variants.filter(({ name }) => wanted.includes(name))
}

/** Whether each case has the engine for itself, as a user's Gateway has it: asked for by ZOOGATE_CONFORMANCE_ALONE=1. */
export function eachAlone(): boolean {
  return process.env['ZOOGATE_CONFORMANCE_ALONE'] === '1'
}

function listed(variable: string): readonly string[] {
  return (process.env[variable] ?? '').split(',').filter((text) => text !== '')
}
