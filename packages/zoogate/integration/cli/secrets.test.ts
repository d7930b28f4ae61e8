import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ZooKeeper } from '@zoogate/zookeeper'
import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Authority, createAuthority } from '../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { applyFiles } from '../../src/desired/apply-files.ts'
import { readKeyFile } from '../../src/store/secrets/key-file.ts'
import { Store } from '../../src/store/store.ts'
import { runZoogate } from './run-zoogate.ts'

const SECRET = `apiVersion: zoogate/v1
kind: Secret
metadata: { name: shop }
spec: { type: TLS, files: { certificate: shop.pem, key: shop.key } }
`

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ZooKeeperServer
let client: ZooKeeper
let authority: Authority
let store: Store
/** All that any command said. */
let said = ''
const keysOfCertificates: string[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  authority = await createAuthority(folder.path, 'CA')
  server = new ZooKeeperServer({ dataFolder: join(folder.path, 'zk'), port: 0 })
  await server.listen()
  client = new ZooKeeper(server.connectString)
  await client.connect({ timeoutMs: 20_000 })
  store = new Store({ client })
  await writeFile(join(folder.path, 'shop.yaml'), SECRET)
  await renew()
})
afterAll(async () => {
  await client?.close()
  await server?.close()
  await folder?.[Symbol.asyncDispose]()
})

const keyFile = () => join(folder.path, 'keys')

async function renew(): Promise<void> {
  const { cert, key } = await authority.issue({ commonName: 'shop' })
  await writeFile(join(folder.path, 'shop.pem'), cert)
  await writeFile(join(folder.path, 'shop.key'), key)
  keysOfCertificates.push(key)
}

async function run(...args: string[]) {
  const environment = { ZOOGATE_ZOOKEEPER: server.connectString, ZOOGATE_KEYS: keyFile() }
  const result = await runZoogate(args, { cwd: folder.path, environment })
  said += result.stdout + result.stderr
  return result
}

/** The certificate's key that a revision pins. */
async function pinned(revision: number) {
  const version = (await store.readRevision(revision)).secrets['shop'] ?? 0
  const secret = await store.readSecret('shop', version, await readKeyFile(keyFile()))
  return { version, keyPem: secret.type === 'TLS' ? secret.keyPem : '' }
}

/** As the command does, in this process. */
function apply(mode: 'apply' | 'plan') {
  const files = [join(folder.path, 'shop.yaml')]
  return applyFiles(store, { files, mode, author: 'test', keys: () => readKeyFile(keyFile()) })
}

it('asks for a key, encrypts with it, and never says what it encrypted', async () => {
  const without = await run('apply', 'shop.yaml')
  expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('zoogate key new') })
  expect(await store.readHead()).toBe(0)
  expect(await run('key', 'new')).toMatchObject({ code: 0 })
  expect(await run('apply', 'shop.yaml')).toMatchObject({ code: 0 })
  expect(await pinned(1)).toEqual({ version: 1, keyPem: keysOfCertificates[0] })
  await renew()
  expect(await run('diff', 'shop.yaml')).toMatchObject({
    stdout: expect.stringContaining('Secret/shop: other bytes, version 2 instead of 1'),
  })
  expect(await run('get', 'Secret/shop', '--json')).toMatchObject({ code: 0 })
  const sealed = (await client.getData('/zoogate/secrets/shop/1')).data?.toString() ?? ''
  expect(Object.keys(JSON.parse(sealed))).toEqual(['v', 'key', 'fingerprint', 'nonce', 'data'])
  for (const key of keysOfCertificates) {
    for (const line of key.split('\n').filter((one) => one.length > 20 && !one.includes('---'))) {
      expect(said + sealed).not.toContain(line)
    }
  }
  expect(said).not.toContain('PRIVATE KEY')
})

it('pins what changed, and nothing else; a rollback returns to the former bytes', async () => {
  expect((await apply('plan')).changes.updated).toEqual(['Secret/shop'])
  expect(await client.getChildren('/zoogate/secrets/shop')).toEqual(['1'])
  expect(await apply('apply')).toMatchObject({
    revision: 2,
    changes: { updated: ['Secret/shop'] },
  })
  expect(await pinned(2)).toEqual({ version: 2, keyPem: keysOfCertificates[1] })
  expect(await apply('apply')).toMatchObject({ revision: 2, changed: false })

  await store.rollback({ author: 'test' })
  expect(await pinned(3)).toEqual({ version: 1, keyPem: keysOfCertificates[0] })
  // The bytes are there already, of a version that is not pinned now.
  expect(await apply('apply')).toMatchObject({ revision: 4, changed: true })
  expect(await pinned(4)).toMatchObject({ version: 2 })
  expect(await client.getChildren('/zoogate/secrets/shop')).toHaveLength(2)

  await client.delete('/zoogate/secrets/shop/1')
  await expect(store.rollback({ author: 'test', to: 3 })).rejects.toThrow(
    'names /zoogate/secrets/shop/1, which is not there',
  )
})

it('refuses a key that does not belong to the certificate, by its place', async () => {
  await writeFile(join(folder.path, 'shop.key'), keysOfCertificates[0] ?? '')
  await expect(apply('apply')).rejects.toThrow(
    /shop.yaml:4:\d+ spec.files.key: is not the private key/,
  )
  expect(await store.readHead()).toBe(4)
})
