import { chmod, readFile, readlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../../../test/support/free-port.ts'
import { request } from '../../../../test/support/http.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import type { Agent } from '../../src/agent/agent.ts'
import { runCommands } from '../../src/engines/haproxy/control/command-socket.ts'
import { parseServersState } from '../../src/engines/haproxy/control/servers-state.ts'
import { adminSocket } from '../../src/engines/haproxy/render/names.ts'
import { readSupervisorFile } from '../../src/supervisor/supervisor-files.ts'
import { type Site, startSite, untilAnswering } from '../agent/support/site.ts'
import { BROKEN, type NativeEngine, nativeYaml, TEMPLATES } from './texts.ts'
import { setByZkCli } from './zk-cli.ts'

const ALLOWED = 'discovery: { allowAddresses: [127.0.0.1] }\nallow: { native: true }'

async function untilFailed(agent: Agent, words: RegExp, revision?: number): Promise<void> {
  await waitFor(`${words} to be reported`, () => {
    const { state, lastError } = agent.report
    const isOfIt = revision === undefined || lastError?.revision === revision
    return state === 'failed' && isOfIt && words.test(lastError?.message ?? '')
  })
}

async function untilServed(agent: Agent, revision: number): Promise<void> {
  await waitFor(
    `revision ${revision} to be served`,
    () => agent.report.revision === revision && agent.report.state === 'ready',
  )
}

/** What somebody does behind the agent's back is undone, and the files follow what was changed live. */
async function healsItsTable(site: Site): Promise<void> {
  const { paths } = readSupervisorFile(site.nodeFolder)
  const ask = (command: string) => runCommands(adminSocket(paths), [command])
  await waitFor('the file to follow', async () => {
    const text = await readFile(join(site.nodeFolder, 'current/50-native.cfg'), 'utf8')
    return text.includes('server b1 ') && !text.includes('server b0 ')
  })
  await ask('set server shop/b1 weight 7')
  await ask('add server shop/stranger 127.0.0.1:9')
  const isAsBefore = async () => {
    const rows = parseServersState(await ask('show servers state shop'))
    // Out of service, and deleted once HAProxy has closed its idle connections, half of them every 5 s.
    const [b1, ...others] = rows.filter(({ name }) => name !== 'b0')
    return b1?.name === 'b1' && b1.weight === 1 && others.length === 0
  }
  await waitFor('its table to be healed', isAsBefore)
  await untilAnswering(site, 'b1')
}

/** A reload with it would end httpd. */
async function refusesAnotherProcessModule(site: Site, agent: Agent, text: string): Promise<void> {
  const pid = await site.enginePid()
  const other = { text: text.replaceAll('mpm_event', 'mpm_prefork'), services: ['shop'] }
  const revision = await site.applyYaml(nativeYaml('httpd', other, [site.port]))
  await untilFailed(agent, /httpd runs with mpm_event, and would end at a reload/, revision)
  expect(await site.enginePid()).toBe(pid)
}

const pathStatus = async (site: Site, path: string) =>
  (await request(site.port, { path }).catch(() => undefined))?.status

for (const engine of ['haproxy', 'nginx', 'httpd'] as const satisfies NativeEngine[]) {
  describe.skipIf(missing(engine) !== undefined)(`${engine} on somebody's own text`, () => {
    it('serves it with the endpoints in it, keeps it where another is bad, and follows a znode', async () => {
      await using site = await startSite(engine)
      await chmod(site.folder, 0o711)
      const template = TEMPLATES[engine]
      const text = template(site.port, site.folder)
      const [a, b, c] = site.backends
      const first = await site.applyYaml(
        nativeYaml(engine, { text, services: ['shop'] }, [site.port]),
      )
      // What the host has to allow is refused, and nothing is started.
      const careful = await site.startAgent()
      await site.register(a)
      await untilFailed(careful, /^Gateway\/edge spec\.native: .* allow: \{ native: true \}/)
      await careful.stop()

      let agent = await site.startAgent(ALLOWED)
      await untilAnswering(site, 'b0')
      const current = () => readlink(join(site.nodeFolder, 'current'))
      const generation = await current()
      await site.register(b)
      await untilAnswering(site, 'b0 b1')
      await site.register(a, 'draining')
      await untilAnswering(site, 'b1')
      // HAProxy takes plain servers live, the others nothing.
      expect((await current()) === generation).toBe(engine === 'haproxy')
      if (engine === 'haproxy') await healsItsTable(site)
      await untilServed(agent, first)
      const counts = () => agent.report.services['shop']
      await waitFor('both to be counted', () => counts()?.up === 1 && counts()?.draining === 1)

      // Refused by the checker; then by the kernel, at the trial bind; then by the template.
      const [broken, words] = BROKEN[engine]
      await site.applyYaml(nativeYaml(engine, { text: broken, services: ['shop'] }, [site.port]))
      await untilFailed(agent, words)
      const taken = createServer()
      const takenPort = await freePort()
      await new Promise<void>((resolve) => taken.listen(takenPort, '127.0.0.1', resolve))
      await site.applyYaml(
        nativeYaml(engine, { text: template(takenPort, site.folder), services: ['shop'] }, [
          takenPort,
        ]),
      )
      await untilFailed(agent, /in use by another program/)
      // The text itself says where it listens.
      const busy = await site.applyYaml(
        nativeYaml(engine, { text: template(takenPort, site.folder), services: ['shop'] }),
      )
      await untilFailed(agent, /of the text cannot be bound: .* in use by another program/, busy)
      await new Promise((resolve) => taken.close(resolve))
      if (engine === 'httpd') await refusesAnotherProcessModule(site, agent, text)
      await site.register(c)
      await untilAnswering(site, 'b1 b2')

      // The znode is somebody's, and whoever writes it rolls it out.
      const znode = { znode: '/mine', services: ['shop'] }
      const last = await site.applyYaml(nativeYaml(engine, znode, [site.port]))
      await untilFailed(agent, /there is no znode \/mine/)
      await site.client.create('/mine', Buffer.from(template(site.port, site.folder, '/shop')))
      await untilServed(agent, last)
      expect(agent.report.znode).toEqual({
        path: '/mine',
        zxid: (await site.client.exists('/mine'))?.mzxid.toString(16),
      })
      expect(await pathStatus(site, '/')).toBe(404)
      expect(await pathStatus(site, '/shop/')).toBe(200)
      await site.client.setData('/mine', Buffer.from(broken))
      await untilFailed(agent, words)
      await site.unregister(c)
      await waitFor('the former text to follow its endpoints', async () => {
        const answers = await Promise.all(
          [1, 2, 3, 4].map(() => request(site.port, { path: '/shop/' })),
        )
        return answers.every(({ body }) => body.toString() === 'b1\n')
      })

      // The next agent, without ZooKeeper, begins with the text that was served.
      await agent.stop()
      await site.stopEngine()
      await site.stopZooKeeper()
      agent = await site.startAgent(ALLOWED)
      await waitFor('the last good text', async () => (await pathStatus(site, '/shop/')) === 200)
      await site.startZooKeeper()
      await untilFailed(agent, words)
      // One engine is enough for what takes a JVM.
      if (engine === 'haproxy' && missing('zookeeper') === undefined) {
        await setByZkCli(site.zookeeperPort, '/mine', text)
      } else await site.client.setData('/mine', Buffer.from(text))
      await untilServed(agent, last)
      await waitFor('the text of the znode', async () => (await pathStatus(site, '/')) === 200)

      // And back to the model, on the same engine.
      const back = await site.apply()
      await untilServed(agent, back)
      await untilAnswering(site, 'b1')
    }, 120_000)
  })
}
