import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError, type EnginePaths, type ListenPlace } from '../../engine.ts'
import { runProgram } from '../../shared/run-program.ts'
import { nginxArguments, processDirectives } from '../program.ts'
import { directive } from '../render/directive.ts'
import { listenPlace } from './listen-places.ts'
import { scanAll } from './scan.ts'

const TIMEOUT_MS = 30_000
/** A text may have 16 MiB with its endpoints, and include others. */
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024

/** Blocks whose lines are no directives. */
const TABLES: ReadonlySet<string> = new Set(['map', 'geo', 'split_clients', 'types', 'match'])

/** Where a generation listens, by all that nginx reads for it (`nginx -T`). @throws EngineError `ENGINE_INVALID` */
export async function nativeListens(
  generationFolder: string,
  paths: EnginePaths,
): Promise<readonly ListenPlace[]> {
  const aside = await mkdtemp(join(tmpdir(), 'zoogate-nginx-'))
  try {
    const args = nginxArguments(generationFolder, join(aside, 'error.log'), [
      ...processDirectives(paths),
      directive('pid', join(aside, 'nginx.pid')),
    ])
    const dumped = await runProgram('nginx', ['-T', '-q', ...args], TIMEOUT_MS, OUTPUT_BYTES_MAX)
    // What it printed may hold anything of the configuration: it is told to nobody.
    if (dumped.outcome === 'passed') return dumpedListens(dumped.output)
    throw new EngineError('ENGINE_INVALID', `nginx -T did not pass: ${dumped.outcome}`)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

/** Of what `nginx -T` prints: each file behind a line of its own. Pure. */
export function dumpedListens(dump: string): readonly ListenPlace[] {
  const files = dump.split(/^# configuration file \/.*:$/m)
  return files.flatMap((text) => {
    const all = scanAll(text)
    const tables = all.filter(
      ({ words, blockStart }) => blockStart !== undefined && TABLES.has(words[0] ?? ''),
    )
    return all.flatMap(({ words, start, blockStart }) => {
      const [name, place = '', ...settings] = words
      if (name !== 'listen' || blockStart !== undefined) return []
      if (tables.some((table) => table.start < start && start < table.end)) return []
      return listenPlace(place, settings) ?? []
    })
  })
}
