import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Program, startProgram } from '../../../../../test/support/program.ts'
import type { Site } from './site.ts'

/** The built command line: `npm run build` comes first. */
const ZOOGATE = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

/** `zoogate agent` for the site's node, as people run it. */
export async function startAgentProcess(site: Site): Promise<Program> {
  const config = join(site.folder, 'agent.yaml')
  await writeFile(config, 'discovery: { allowAddresses: [127.0.0.1] }\n')
  return startProgram(process.execPath, [
    ...[ZOOGATE, 'agent', '--gateway', 'edge', '--node', 'test'],
    ...['--folder', site.nodeFolder, '--config', config],
    ...['--zookeeper', `127.0.0.1:${site.zookeeperPort}`],
  ])
}
