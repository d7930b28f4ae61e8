// TLS with a certificate of our own. The files are read anew for each connection: put renewed ones in their place, and the
// next connection uses them. The server needs secureClientPort, and our authority in its trust store.
import { readFile } from 'node:fs/promises'
import { TlsError, type TlsOptions, x509Acl, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? 'zk1.example:2281'
const folder = process.env['CERTIFICATES'] ?? '/etc/zookeeper/tls'

async function certificates(): Promise<TlsOptions> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'client.pem', 'client.key'].map((name) => readFile(`${folder}/${name}`)),
  )
  return { ca, cert, key }
}

await using zk = new ZooKeeper(servers, { tls: certificates })
try {
  await zk.connect({ timeoutMs: 10_000 })
} catch (error) {
  // For example: "nameMismatch", the server's certificate is for another name.
  if (error instanceof TlsError) console.error(error.reason, error.message)
  throw error
}
const identities = await zk.whoAmI()
const subject = identities.find(({ authScheme }) => authScheme === 'x509')?.user
if (subject === undefined) throw new Error('the server did not ask for our certificate')
console.log('we are', subject)
const path = await zk.create('/example-x509-', 'for our eyes', {
  mode: 'ephemeralSequential',
  acl: [x509Acl(subject)],
})
console.log(String((await zk.getData(path)).data))
