import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Certificate, createAuthority } from '../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { loadFiles } from '../../src/desired/load-files.ts'
import { formatIssue } from '../../src/model/issue.ts'

const secretYaml = (type: string, files: string) => `apiVersion: zoogate/v1
kind: Secret
metadata: { name: shop }
spec:
  type: ${type}
  files: ${files}
`
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let shop: Certificate

beforeAll(async () => {
  folder = await temporaryFolder()
  shop = await (await createAuthority(folder.path, 'CA')).issue({ commonName: 'shop' })
  await mkdir(join(folder.path, 'site/tls'), { recursive: true })
  await writeFile(join(folder.path, 'site/tls/shop.pem'), shop.cert)
  await writeFile(join(folder.path, 'site/tls/shop.key'), shop.key)
  await writeFile(join(folder.path, 'site/users'), 'ada:hunter2\n')
  await writeFile(join(folder.path, 'site/large'), 'x'.repeat(600_000))
})
afterAll(() => folder?.[Symbol.asyncDispose]())

async function load(type: string, files: string) {
  const file = join(folder.path, 'site/shop.yaml')
  await writeFile(file, secretYaml(type, files))
  const { secrets, issues } = await loadFiles([file])
  return { secrets, issues: issues.map(formatIssue) }
}

it('reads files beside the YAML', async () => {
  const { secrets, issues } = await load('TLS', '{ certificate: tls/shop.pem, key: tls/shop.key }')
  expect(issues).toEqual([])
  expect(secrets.get('shop')).toMatchObject({ type: 'TLS', chainPem: shop.cert })
})

it('takes absolute paths', async () => {
  const certificate = join(folder.path, 'site/tls/shop.pem')
  const { issues } = await load('CA', `{ certificates: ${certificate} }`)
  expect(issues).toEqual([])
})

it.each([
  [
    'TLS',
    '{ certificate: tls/none.pem, key: tls/shop.key }',
    /shop.yaml:6:\d+ spec.files.certificate: .*none.pem: there is no such file/,
  ],
  ['TLS', '{ certificate: tls/shop.pem, key: tls }', /spec.files.key: .* is not a file/],
  [
    'TLS',
    '{ certificate: tls/shop.pem }',
    /spec.files.key: is missing: type TLS has certificate and key/,
  ],
  [
    'CA',
    '{ certificates: tls/shop.pem, key: tls/shop.key }',
    /spec.files.key: is not a file of type CA/,
  ],
  ['Users', '{ users: users }', /spec.files.users: line 1 has no hash of crypt/],
  ['Users', '{ users: large }', /larger than 524288 bytes/],
  ['Users', '{ users: "" }', /must be the path of a file/],
  ['TSL', '{}', /spec.type: must be/],
])('refuses %s %s by its place', async (type, files, message) => {
  const { secrets, issues } = await load(type, files)
  expect(issues).toEqual([expect.stringMatching(message)])
  expect(secrets.size).toBe(0)
  expect(issues.join()).not.toContain('hunter2')
})
