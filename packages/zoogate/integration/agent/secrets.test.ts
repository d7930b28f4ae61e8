import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Authority, createAuthority } from '../../../../test/support/certificates.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { settledFiles } from '../../../../test/support/settled-files.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { applyFiles } from '../../src/desired/apply-files.ts'
import { addKey, readKeyFile } from '../../src/store/secrets/key-file.ts'
import { type Site, startSite } from './support/site.ts'

const yamlOf = (site: Site) => `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec:
  engine: ${site.engine}
  listeners:
    - { name: https, port: ${site.port}, address: 127.0.0.1, protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] } }
  concurrency: { workers: 1, maxConnections: 1000 }
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
---
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge }]
  rules:
    - backendRefs: [{ name: shop }]
      filters: [{ type: Access, access: { basicAuth: { realm: shop, usersRef: { name: staff } } } }]
---
apiVersion: zoogate/v1
kind: Secret
metadata: { name: shop }
spec: { type: TLS, files: { certificate: shop.pem, key: shop.key } }
---
apiVersion: zoogate/v1
kind: Secret
metadata: { name: staff }
spec: { type: Users, files: { users: staff } }
`

/** Puts a new certificate where the desired state looks for it. Returns its serial number. */
async function renew(site: Site, authority: Authority): Promise<string> {
  const { cert, key } = await authority.issue({ commonName: 'shop' })
  await writeFile(join(site.folder, 'shop.pem'), cert)
  await writeFile(join(site.folder, 'shop.key'), key)
  return new X509Certificate(cert).serialNumber
}

/** Undefined: nobody answers. */
function servedSerial({ port }: Site): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber)
      socket.destroy()
    })
    socket.on('error', () => resolve(undefined))
  })
}

const serves = (site: Site, serial: string) =>
  waitFor(
    `the certificate ${serial} to be served`,
    async () => (await servedSerial(site)) === serial,
    { timeoutMs: 30_000 },
  )

async function statusFor(site: Site, password: string): Promise<number> {
  const { stdout } = await promisify(execFile)('curl', [
    ...['-sk', '-o', '/dev/null', '-w', '%{http_code}', '-u', `ada:${password}`],
    `https://127.0.0.1:${site.port}/`,
  ])
  return Number(stdout)
}

/** Paths, from the folder on, of a generation's files and of the node's state that others may read. */
async function readableByOthers(folder: string): Promise<readonly string[]> {
  const files = await settledFiles(folder)
  const modes = await Promise.all(
    files.map(async (file) => [file, (await stat(join(folder, file))).mode & 0o007] as const),
  )
  return modes.filter(([, mode]) => mode !== 0).map(([file]) => file)
}

describe.skipIf(missing('haproxy') !== undefined)('secrets on haproxy', () => {
  it('reach the engine by a key of the host, are renewed live, rolled back, and served without ZooKeeper', async () => {
    await using site = await startSite('haproxy')
    const authority = await createAuthority(site.folder, 'CA')
    const keyFile = join(site.folder, 'keys')
    const elsewhere = join(site.folder, 'keys-elsewhere')
    await addKey(elsewhere)
    const { stdout: hash } = await promisify(execFile)('openssl', ['passwd', '-6', 'hunter2'])
    await writeFile(join(site.folder, 'staff'), `ada:${hash}`)
    const file = join(site.folder, 'edge.yaml')
    await writeFile(file, yamlOf(site))
    const apply = (keys: string) =>
      applyFiles(site.store, { files: [file], author: 'test', keys: () => readKeyFile(keys) })

    const first = await renew(site, authority)
    await apply(elsewhere)
    await site.register(site.backends[0])
    const hostConfig = JSON.stringify({
      discovery: { allowAddresses: ['127.0.0.1'] },
      secrets: { keys: keyFile },
    })
    const agent = await site.startAgent(hostConfig)
    await waitFor('the missing key to be told', () => agent.report.state === 'failed')
    expect(agent.report.lastError?.message).toMatch(/there is no key file .*zoogate key new --keys/)

    await rename(elsewhere, keyFile)
    await serves(site, first)
    await waitFor('the user to be let in', async () => (await statusFor(site, 'hunter2')) === 200)
    expect(await statusFor(site, 'hunter3')).toBe(401)

    const before = await processAndGenerations(site)
    const second = await renew(site, authority)
    const renewed = await apply(keyFile)
    expect(renewed.gateways).toMatchObject([{ action: 'live', steps: ['certificate shop'] }])
    await serves(site, second)
    expect(await processAndGenerations(site)).toBe(before)

    await site.store.rollback({ author: 'test' })
    await serves(site, first)

    // The machine starts again without ZooKeeper, and without the key.
    await agent.stop()
    await site.stopEngine()
    const open = await readableByOthers(join(site.nodeFolder, 'generations'))
    expect(open.filter((name) => /private|users/.test(name))).toEqual([])
    const state = await readableByOthers(site.nodeFolder)
    expect(state.filter((name) => name.startsWith('state.sealed'))).toEqual([])
    await site.stopZooKeeper()
    await rm(keyFile)
    await site.startAgent(hostConfig)
    await serves(site, first)
    expect(await statusFor(site, 'hunter3')).toBe(401)
    await site.startZooKeeper()
  })
})

/** A reload makes another generation; a live change does not. */
async function processAndGenerations(site: Site): Promise<string> {
  const generations = await readdir(join(site.nodeFolder, 'generations'))
  return [await site.enginePid(), ...generations.sort()].join(' ')
}
