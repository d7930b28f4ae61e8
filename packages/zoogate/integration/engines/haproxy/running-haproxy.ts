import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { haproxy } from '../../../src/engines/haproxy/index.ts'
import type { View } from '../../../src/model/view/view.ts'
import { type RunningEngine, startEngine } from '../running-engine.ts'

export interface RunningHaproxy extends RunningEngine {
  log(): string
}

/** @param descriptors how many it may have; default: as many as these tests */
export async function startHaproxy(view: View, descriptors?: number): Promise<RunningHaproxy> {
  const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `
  const running = await startEngine(haproxy, view, {
    // HAProxy writes to where it was started, which is the supervisor's log.
    launch: ({ command, args }, { logs }) => ({
      command: '/bin/sh',
      args: [
        ...['-c', `${limit}log="$1"; shift; exec "$@" >>"$log" 2>&1`, 'sh'],
        ...[join(logs, 'engine.log'), command, ...args],
      ],
    }),
  })
  const log = () => readFileSync(join(running.paths.logs, 'engine.log'), 'utf8')
  return Object.assign(running, { log })
}
