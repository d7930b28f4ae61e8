import type { EngineProgram } from '../engines/engine.ts'

/**
 * The program that a host's service manager runs as its engine: it waits for the agent's first
 * generation, writes its process id where the agent looks for it, and becomes the engine as our own
 * supervisor starts it. So all that an engine's start has to mend (sockets that a killed one left, workers
 * without a parent, limits of open files) is mended for it too. Pure: text for `/bin/sh`.
 * @param current the link to the current generation
 */
export function startEngineScript(
  { command, args }: Pick<EngineProgram, 'command' | 'args'>,
  current: string,
  pidFile: string,
): string {
  return `#!/bin/sh
# Written by zoogate's agent each time that it starts: changes are lost.
until [ -e ${quoted(`${current}/`)} ]; do sleep 0.2; done
echo "$$" > ${quoted(`${pidFile}.new`)} && mv -f -- ${quoted(`${pidFile}.new`)} ${quoted(pidFile)} || exit 1
exec ${[command, ...args].map(quoted).join(' ')}
`
}

/** A word as POSIX's shell reads it back (XCU 2.2.2). */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
