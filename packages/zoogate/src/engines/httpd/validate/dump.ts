import { EngineError, type ListenPlace } from '../../engine.ts'
import { modulePath } from '../program/modules.ts'
import { listenPlace } from './listen-place.ts'
import { runAside } from './run-aside.ts'

const TIMEOUT_MS = 30_000
/** A text may have 16 MiB with its endpoints, and include others. */
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024

/**
 * What httpd has read of a generation: files included, variables expanded, and only what counts of
 * `<IfModule>` and the like. It may hold anything of the configuration: it is told to nobody.
 * @throws EngineError `ENGINE_INVALID`
 */
export async function dump(
  generationFolder: string,
  what: 'DUMP_CONFIG' | 'DUMP_MODULES',
): Promise<string> {
  // It is mod_info that prints a configuration.
  const printer = ['-c', `LoadModule info_module ${modulePath('info')}`]
  const { outcome, output } = await runAside(
    generationFolder,
    (own) => ['-t', '-D', what, ...printer, ...own],
    { timeoutMs: TIMEOUT_MS, outputBytesMax: OUTPUT_BYTES_MAX },
  )
  if (outcome === 'passed') return output
  throw new EngineError('ENGINE_INVALID', `apache2 -t -D ${what} did not pass: ${outcome}`)
}

/** Of what `-D DUMP_CONFIG` prints, but for the lines of one file, which is ours. Pure. */
export function dumpedListens(printed: string, ownFile: string): readonly ListenPlace[] {
  let file = ''
  return printed.split('\n').flatMap((line) => {
    const from = /^# In file: (.*)$/.exec(line)?.[1]
    if (from !== undefined) file = from
    const place = /^\s*Listen\s+"?([^\s"]+)/i.exec(line)?.[1]
    return place === undefined || file === ownFile ? [] : (listenPlace(place) ?? [])
  })
}

/** Of what `-D DUMP_MODULES` prints: `event`, `worker`, `prefork`. Pure. */
export function dumpedProcessModule(printed: string): string | undefined {
  return /^ mpm_([a-z]+)_module \(/m.exec(printed)?.[1]
}
