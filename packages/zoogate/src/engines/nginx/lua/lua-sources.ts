import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFile } from '../../../package/files.ts'

const FOLDER = packageFile('lua')

let sources: ReadonlyMap<string, string> | undefined

/**
 * The balancer's own source, by file name below `lua/`. It is written into each generation: a running
 * nginx depends neither on where this package lies nor on which version of it is there by now.
 */
export function luaSources(): ReadonlyMap<string, string> {
  sources ??= new Map(
    readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.lua'))
      .sort()
      .map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]),
  )
  return sources
}
