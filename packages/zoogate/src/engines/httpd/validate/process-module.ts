import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EnginePaths } from '../../engine.ts'
import { isNative } from '../../native/given-endpoints.ts'
import { controlClient } from '../control/control-client.ts'
import { httpdFiles, MANIFEST_FILE } from '../render/files.ts'
import { CONTROL_HOST } from '../render/listener.ts'
import { parseManifest } from '../render/manifest.ts'
import { dump, dumpedProcessModule } from './dump.ts'

/** Of what is rendered: see `modules.ts`. */
const RENDERED = 'event'

/**
 * httpd takes another MPM only when it is started, and ends where a reload asks for one (AH00534). So a
 * generation with another than the running httpd has is refused, in words.
 */
export async function processModuleProblem(
  generationFolder: string,
  paths: EnginePaths,
): Promise<string | undefined> {
  const running = await runningProcessModule(paths)
  if (running === undefined) return undefined
  const wanted = (await isNative(generationFolder))
    ? dumpedProcessModule(await dump(generationFolder, 'DUMP_MODULES'))
    : RENDERED
  if (wanted === undefined || wanted === running) return undefined
  return `httpd runs with mpm_${running}, and would end at a reload that asks for mpm_${wanted}: load mpm_${running}, or stop this httpd first, which takes the other one when it is started`
}

/** Undefined: none runs, or it does not say. */
async function runningProcessModule(paths: EnginePaths): Promise<string | undefined> {
  const text = await readFile(join(paths.current, MANIFEST_FILE), 'utf8').catch(() => '')
  const to = parseManifest(text)
  if (to === undefined) return undefined
  const ask = controlClient(httpdFiles(paths).secretFile)
  const pieces: Buffer[] = []
  const take = (piece: Buffer) => {
    pieces.push(piece)
    return false
  }
  await ask({ to, host: CONTROL_HOST, path: '/?auto', take }).catch(() => {})
  return /^ServerMPM: (\w+)$/m.exec(Buffer.concat(pieces).toString('latin1'))?.[1]?.toLowerCase()
}
