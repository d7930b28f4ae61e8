import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { request as requestOverTls } from 'node:https'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../../../test/support/free-port.ts'
import { request } from '../../../../test/support/http.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { startSite, untilAnswering } from '../agent/support/site.ts'
import { runZoogate } from '../cli/run-zoogate.ts'
import { EXISTING } from './existing.ts'
import type { NativeEngine } from './texts.ts'

const HOST = `discovery: { allowAddresses: [127.0.0.1] }\nallow: { native: true, listenPorts: `

function statusOverTls(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, rejectUnauthorized: false, agent: false }
    const sent = requestOverTls(options, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end()
  })
}

for (const engine of ['haproxy', 'nginx', 'httpd'] as const satisfies NativeEngine[]) {
  describe.skipIf(missing(engine) !== undefined)(`an existing ${engine}`, () => {
    it('is taken in as it is, follows registrations and a znode, and keeps what it has where a text is bad', async () => {
      await using site = await startSite(engine)
      await chmod(site.folder, 0o711)
      const cwd = site.folder
      const own = join(cwd, 'own')
      await mkdir(own)
      const [a, b, legacy] = site.backends
      const ports = { http: site.port, tls: await freePort(), status: await freePort() }
      const legacyPort = legacy?.port ?? 0
      const existing = await EXISTING[engine]({ folder: own, ports, legacyPort })
      const environment = { ZOOGATE_ZOOKEEPER: `127.0.0.1:${site.zookeeperPort}` }
      const zoogate = (...args: string[]) => runZoogate(args, { cwd, environment })

      const imported = await zoogate('import', existing.file)
      expect(imported).toMatchObject({ code: 0, stderr: '' })
      const yaml = await readFile(join(cwd, 'edge.yaml'), 'utf8')
      for (const port of Object.values(ports)) expect(yaml).toContain(`port: ${port}`)
      const allowed = `${HOST}[${Object.values(ports).join(', ')}] }`
      const agent = await site.startAgent(allowed)
      expect(await zoogate('apply', 'edge.yaml')).toMatchObject({ code: 0, stderr: '' })
      await untilAnswering(site, 'b2')
      const from = async (headers: Record<string, string>, path = '/') => {
        const { status, body } = await request(site.port, { path, headers })
        return `${status} ${body.trim()}`
      }
      expect(await statusOverTls(ports.tls)).toBe(200)
      expect((await request(ports.status, { path: existing.statusPath })).status).toBe(200)
      expect(await from({ host: 'shop.example.com' }, '/admin')).toMatch(/^403 /)
      expect(await from({ host: 'shop.example.com', 'x-token': 'a b' }, '/admin')).toBe('200 b2')
      expect(await from({ host: 'old.example.com' })).toBe('200 b2')

      // Its owner puts a Service's endpoints where a server was.
      const textFile = join(cwd, imported.stdout.match(/edge\.\S+\.liquid/)?.[0] ?? '')
      const text = (await readFile(textFile, 'utf8')).replace(...existing.endpoints)
      expect(text).toContain('{{ endpoint.authority }}')
      await writeFile(textFile, text)
      await writeFile(
        join(cwd, 'edge.yaml'),
        `${yaml.trimEnd()}\n    services: [shop]\n---\napiVersion: zoogate/v1\nkind: Service\nmetadata: { name: shop }\nspec: { protection: "off" }\n`,
      )
      expect(await zoogate('apply', 'edge.yaml')).toMatchObject({ code: 0, stderr: '' })
      await site.register(a)
      await untilAnswering(site, 'b0')
      await site.register(b)
      await untilAnswering(site, 'b0 b1')
      await site.register(a, 'draining')
      await untilAnswering(site, 'b1')
      await waitFor('it to be reported', () => agent.report.state === 'ready')
      const good = agent.report.revision

      // What is wrong is told, and the former serves on and follows.
      const [former, wrong, words] = existing.slip
      const failed = () => agent.report.state === 'failed'
      const told = (expected: RegExp) => () =>
        failed() && expected.test(agent.report.lastError?.message ?? '')
      await writeFile(textFile, text.replace(former, wrong))
      expect(await zoogate('apply', 'edge.yaml')).toMatchObject({ code: 0 })
      await waitFor('the checker’s words', told(words))
      await site.register(a)
      await untilAnswering(site, 'b0 b1')
      expect((await request(ports.status, { path: existing.statusPath })).status).toBe(200)

      // A znode of its owner's in place of the file, rolled out by a write, and back again.
      await site.client.create(
        '/mine',
        Buffer.from(text.replace(existing.endpoints[1], existing.endpoints[0])),
      )
      await writeFile(
        join(cwd, 'edge.yaml'),
        (await readFile(join(cwd, 'edge.yaml'), 'utf8')).replace(/file: .*/, 'znode: /mine'),
      )
      expect(await zoogate('apply', 'edge.yaml')).toMatchObject({ code: 0, stderr: '' })
      await untilAnswering(site, 'b2')
      await site.client.setData('/mine', Buffer.from(text))
      await untilAnswering(site, 'b0 b1')
      expect(await zoogate('rollback', String(good))).toMatchObject({ code: 0, stderr: '' })
      await waitFor(
        'the revision to be served',
        () => agent.report.state === 'ready' && agent.report.znode === undefined,
      )
      await untilAnswering(site, 'b0 b1')
    }, 180_000)
  })
}
