import type { Logger } from 'pino'
import type { EngineName } from '../model/view/view.ts'
import type { Engine } from './engine.ts'
import { engines } from './index.ts'
import { nginxOfThisHost } from './nginx/index.ts'

/**
 * The engines as they are on this host, with the modules that it has. Asked once: what an engine
 * renders and takes live stays the same as long as the agent runs.
 */
export async function enginesOfThisHost(log: Logger): Promise<ReadonlyMap<EngineName, Engine>> {
  return new Map(engines).set('nginx', await nginxOfThisHost(process.env, log))
}
