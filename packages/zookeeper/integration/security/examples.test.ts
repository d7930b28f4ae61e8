import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApacheZooKeeper } from '../../../../test/support/apache-zookeeper.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { buildExamples, runExample } from '../support/examples.ts'
import { securedServers } from '../support/secured-servers.ts'

const unable = missing('zookeeper') ?? missing('openssl')

describe.skipIf(unable !== undefined)('the examples of a secured server', () => {
  const servers = securedServers()
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: ApacheZooKeeper

  beforeAll(async () => {
    folder = await temporaryFolder()
    const authority = await servers.authority('zoogate test authority')
    const client = await authority.issue({ commonName: 'client' })
    const files = { 'ca.pem': authority.cert, 'client.pem': client.cert, 'client.key': client.key }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text)
    const certificate = await authority.issue({ commonName: 'server' })
    ;[server] = await Promise.all([
      servers.start({
        tls: { certificate, ca: authority.cert },
        saslUsers: { shop: 'secret' },
      }),
      buildExamples(),
    ])
  })
  afterAll(async () => {
    await servers[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const run = (name: string, env: Readonly<Record<string, string>> = {}) =>
    runExample(`secured/${name}`, {
      ZOOKEEPER: `localhost:${server.securePort}`,
      CERTIFICATES: folder.path,
      ...env,
    })

  it('tls is who its certificate says', async () => {
    expect(await run('tls')).toContain('we are CN=client')
  })

  it('sasl is who its password proves', async () => {
    const env = { ZOOKEEPER_USER: 'shop', ZOOKEEPER_PASSWORD: 'secret' }
    expect(await run('sasl', env)).toContain("scheme: 'sasl', id: 'shop'")
  })

  it('sasl fails with another password', async () => {
    const env = { ZOOKEEPER_USER: 'shop', ZOOKEEPER_PASSWORD: 'wrong' }
    await expect(run('sasl', env)).rejects.toMatchObject({
      stderr: expect.stringContaining('wrong user or password'),
    })
  })
})
