import { fileURLToPath } from 'node:url'

/** The built command line. Seen from `src` and from `dist` it lies at the same place. */
const ENTRY = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Arguments of Node that run a command of zoogate. */
export function zoogateArgs(...args: readonly string[]): readonly string[] {
  return [ENTRY, ...args]
}

/** The built program of a sample instance. */
export const DEMO_INSTANCE = fileURLToPath(
  new URL('../../dist/dev/demo-instance.js', import.meta.url),
)
