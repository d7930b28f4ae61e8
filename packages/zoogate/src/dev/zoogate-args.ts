import { programFile } from '../package/files.ts'

/** Arguments of Node that run a command of zoogate. */
export function zoogateArgs(...args: readonly string[]): readonly string[] {
  return [programFile('zoogate'), ...args]
}

/** The built program of a sample instance. */
export const DEMO_INSTANCE = programFile('demo-instance')
