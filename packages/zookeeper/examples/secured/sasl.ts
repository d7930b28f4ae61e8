// SASL DIGEST-MD5, over TLS, since it is too old to stand alone. The server needs authProvider.sasl and a JAAS file with
// DigestLoginModule, which lists its users.
import { readFile } from 'node:fs/promises'
import { AuthFailedError, CREATOR_ALL_ACL, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? 'zk1.example:2281'
const folder = process.env['CERTIFICATES'] ?? '/etc/zookeeper/tls'
const username = process.env['ZOOKEEPER_USER'] ?? 'shop'
const password = process.env['ZOOKEEPER_PASSWORD'] ?? ''

await using zk = new ZooKeeper(servers, {
  tls: { ca: await readFile(`${folder}/ca.pem`) },
  sasl: { mechanism: 'DIGEST-MD5', username, password },
})
try {
  await zk.connect({ timeoutMs: 10_000 })
} catch (error) {
  if (error instanceof AuthFailedError) console.error('wrong user or password:', error.message)
  throw error
}
const path = await zk.create('/example-sasl-', 'for our eyes', {
  mode: 'ephemeralSequential',
  acl: CREATOR_ALL_ACL,
})
console.log('only we may read it:', (await zk.getACL(path)).acl)
