import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Program, startProgram } from '../../../../../test/support/program.ts'
import { programFile } from '../../../src/package/files.ts'
import type { Site } from './site.ts'

/** The built command line. */
const ZOOGATE = programFile('zoogate')

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
