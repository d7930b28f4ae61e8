import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineContext } from '../engine.ts'
import type { NativeDialect } from '../native/with-native.ts'
import { runCommands } from './control/command-socket.ts'
import { parseServersState } from './control/servers-state.ts'
import { servedGeneration } from './control/stats.ts'
import { nativeLive } from './native/live.ts'
import { isLiveChange } from './native/servers.ts'
import { printSections } from './render/directive.ts'
import { ADMIN_SOCKET_SETTINGS, adminSocket, GENERATION_VARIABLE } from './render/names.ts'
import { bindPlaces } from './validate/bind-places.ts'

/** Somebody's own text. */
const NATIVE_FILE = '50-native.cfg'
/** What the agent needs of the running process. Read last, so that nothing in the text undoes it. */
const CONTROL_FILE = '99-zoogate.cfg'

/**
 * A haproxy.cfg of somebody's: HAProxy reads several files as one, and sections `global` add up. In
 * the background it does not go (`daemon`), for it is started with `-db`.
 */
export const nativeDialect: NativeDialect = {
  render: (text, _view, { paths, generation }) =>
    new Map([
      [NATIVE_FILE, text],
      [
        CONTROL_FILE,
        printSections([
          {
            heading: ['global'],
            directives: [
              ['setenv', GENERATION_VARIABLE, generation],
              ['stats', 'socket', adminSocket(paths), ...ADMIN_SOCKET_SETTINGS],
            ],
          },
        ]),
      ],
    ]),
  listens: async (generationFolder) =>
    bindPlaces(await readFile(join(generationFolder, NATIVE_FILE), 'utf8')),
  servedGeneration: ({ paths }) => servedGeneration(adminSocket(paths)),
  health,
  live: { isLiveChange, control: nativeLive },
}

/** Of whichever server is at an endpoint's address: failing where one of them is. */
async function health({ paths }: EngineContext) {
  const output = await runCommands(adminSocket(paths), ['show servers state']).catch(() => '')
  const rows = parseServersState(output).filter(({ checked }) => checked)
  const seen = new Map<string, 'passing' | 'failing' | 'unknown'>()
  for (const { address, port, health } of rows) {
    const place = `${address} ${port}`
    if (seen.get(place) !== 'failing') seen.set(place, health)
  }
  return ({ address, port }: { readonly address: string; readonly port: number }) =>
    seen.get(`${address} ${port}`) ?? 'unknown'
}
