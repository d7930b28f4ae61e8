import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { View } from '../../model/view/view.ts'
import { type EngineContext, EngineError, type RenderContext } from '../engine.ts'
import type { NativeDialect } from '../native/with-native.ts'
import { controlClient } from './control/control-client.ts'
import { modulePath } from './program/modules.ts'
import { directive, dollarDefinition, printDirectives } from './render/directive.ts'
import {
  CONFIGURATION_FILE,
  controlAddress,
  httpdFiles,
  MANIFEST_FILE,
  runtimeFile,
} from './render/files.ts'
import { CONTROL_HOST, renderControlListener } from './render/listener.ts'
import { parseManifest, printManifest } from './render/manifest.ts'
import { drain } from './render/server-settings.ts'
import { dump, dumpedListens } from './validate/dump.ts'

/** Somebody's own text. */
const NATIVE_FILE = 'native.conf'

/** What our virtual host needs. */
const MODULES = ['authz_core', 'setenvif', 'headers', 'status'] as const
/** One of them has to be there, and no two can. */
const PROCESS_MODULES = ['mpm_event', 'mpm_worker', 'mpm_prefork'] as const

/**
 * An httpd.conf of somebody's, included by one of ours. What belongs to the process comes after it, as
 * httpd goes by the last word: its pid file, its log, and the virtual host that tells the generation.
 */
export const nativeDialect: NativeDialect = {
  render(text, view, context) {
    const { paths, generation } = context
    const control = controlAddress(paths, view.listeners)
    return new Map([
      [CONFIGURATION_FILE, wrapper(view, context)],
      [NATIVE_FILE, text],
      [MANIFEST_FILE, printManifest({ generation, ...control, hosts: [], services: [] })],
      // Its folder is copied at each start.
      [runtimeFile('native'), ''],
    ])
  },
  listens: async (generationFolder) =>
    dumpedListens(
      await dump(generationFolder, 'DUMP_CONFIG'),
      join(generationFolder, CONFIGURATION_FILE),
    ),
  servedGeneration,
}

function wrapper(view: View, { paths, generation }: RenderContext): string {
  const { secretFile, errorLog, pidFile } = httpdFiles(paths)
  const control = controlAddress(paths, view.listeners)
  const text = join(paths.folder, 'generations', generation, NATIVE_FILE)
  return [
    printDirectives([
      dollarDefinition(),
      // Debian's names for what each httpd of a host has to have for itself.
      directive('Define', 'APACHE_RUN_DIR', paths.run),
      directive('Define', 'APACHE_LOCK_DIR', paths.run),
      directive('Define', 'APACHE_PID_FILE', pidFile),
      directive('Include', text),
    ]),
    loadMissing(...PROCESS_MODULES),
    ...MODULES.map((name) => loadMissing(name)),
    printDirectives([
      directive('IncludeOptional', secretFile),
      directive('PidFile', pidFile),
      directive('ErrorLog', errorLog),
      directive('Listen', `${control.address}:${control.port}`),
      renderControlListener({ view, paths, generation, control }),
      drain(paths),
    ]),
  ].join('')
}

/** Loads the first, where none is there. httpd knows no quotes in `<IfModule>`; the names are ours. */
function loadMissing(...names: readonly string[]): string {
  const [first = ''] = names
  const load = printDirectives([directive('LoadModule', `${first}_module`, modulePath(first))])
  return names.reduce((inner, name) => `<IfModule !${name}_module>\n${inner}</IfModule>\n`, load)
}

async function servedGeneration({ paths }: EngineContext): Promise<string> {
  const file = join(paths.current, MANIFEST_FILE)
  const manifest = parseManifest(await readFile(file, 'utf8').catch(() => ''))
  if (manifest === undefined) {
    throw new EngineError('ENGINE_UNREACHABLE', `${file} does not say how httpd is spoken to`)
  }
  const ask = controlClient(httpdFiles(paths).secretFile)
  return (await ask({ to: manifest, host: CONTROL_HOST, path: '/?auto' })).generation
}
