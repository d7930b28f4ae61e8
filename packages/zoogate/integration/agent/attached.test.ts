import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { request } from '../../../../test/support/http.ts'
import { type Program, startProgram } from '../../../../test/support/program.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { START_ENGINE } from '../../src/agent/disk/start-engine.ts'
import { openNodePaths } from '../../src/agent/node-paths.ts'
import { nativeYaml, TEMPLATES } from '../native/texts.ts'
import { type Site, startSite, untilAnswering } from './support/site.ts'

/** What a service manager is to the agent: it runs the engine, again when it ends, unless told to pause. */
const SERVICE_MANAGER = `
start=$1 pause=$2
trap 'kill -s TERM "$pid"; wait "$pid"; exit 0' TERM
while :; do
  while [ ! -e "$start" ] || [ -e "$pause" ]; do sleep 0.05; done
  "$start" & pid=$!
  wait "$pid"
done
`

let manager: Program | undefined
afterEach(() => manager?.stop())

async function manage(site: Site) {
  const { folder, run } = await openNodePaths(site.nodeFolder)
  const pidFile = join(site.folder, 'engine.pid')
  const pause = join(site.folder, 'pause')
  const args = ['-c', SERVICE_MANAGER, 'manager', join(folder, START_ENGINE), pause]
  manager = await startProgram('/bin/sh', args)
  const pid = async () => Number(await readFile(pidFile, 'utf8'))
  return {
    run,
    pid,
    config: `{ discovery: { allowAddresses: [127.0.0.1] }, allow: { native: true }, engine: { mode: attached, pidFile: ${pidFile} } }`,
    async end() {
      process.kill(await pid(), 'SIGTERM')
    },
    pause: () => writeFile(pause, ''),
    goOn: () => rm(pause),
  }
}

for (const engine of ['haproxy', 'nginx', 'httpd'] as const) {
  describe.skipIf(missing(engine) !== undefined)(`an attached ${engine}`, () => {
    it('follows, is reconciled when its manager starts it again, and is missed when it is not there', async () => {
      await using site = await startSite(engine)
      const service = await manage(site)
      const [a, b] = site.backends
      await site.apply({ service: 'protection: "off"' })
      const agent = await site.startAgent(service.config)
      await site.register(a)
      await untilAnswering(site, 'b0')
      await site.register(b)
      await untilAnswering(site, 'b0 b1')
      await waitFor('the node to be ready', () => agent.report.state === 'ready')
      // No supervisor of ours has a hand in it.
      expect(existsSync(join(site.nodeFolder, 'supervisor.json'))).toBe(false)

      const first = await service.pid()
      const revision = await site.apply({ service: 'protection: "off"', paths: ['/only'] })
      await waitFor('the revision to be served', () => agent.report.revision === revision)
      expect((await request(site.port, { path: '/only' })).status).toBe(200)
      expect((await request(site.port, { path: '/' })).status).toBe(404)
      expect(await service.pid()).toBe(first)

      await service.pause()
      await service.end()
      await waitFor('the node to say so', () => agent.report.state === 'stopped')
      expect(agent.report.lastError?.message).toBe('the engine does not run')
      await site.unregister(a)
      await service.goOn()
      await waitFor(
        'another process',
        async () => (await service.pid().catch(() => first)) !== first,
      )
      await waitFor('what changed meanwhile to be served', async () => {
        const answer = await request(site.port, { path: '/only' }).catch(() => undefined)
        return answer?.body.toString().includes('b1')
      })
      await waitFor('the node to be ready', () => agent.report.state === 'ready')
      const counts = { up: 1, draining: 0, down: 0 }
      await waitFor('one endpoint', () => agent.report.services['shop']?.up === 1)
      expect(agent.report.services['shop']).toMatchObject(counts)

      // Somebody's own text, in the same process.
      const process = await service.pid()
      const text = TEMPLATES[engine](site.port, site.folder)
      const own = await site.applyYaml(nativeYaml(engine, { text, services: ['shop'] }))
      await waitFor('the text to be served', () => agent.report.revision === own)
      await untilAnswering(site, 'b1')
      expect(await service.pid()).toBe(process)
      await rm(service.run, { recursive: true, force: true })
    })
  })
}
