// Who may do what: a znode that its owner may change, that a reader may read, and nobody else may touch.
import { digestAcl, NoAuthError, Perms, ZooKeeper } from '@zoogate/zookeeper'

const servers = process.env['ZOOKEEPER'] ?? '127.0.0.1:2181'
const owner = { scheme: 'digest', credential: 'owner:secret' }

await using zk = new ZooKeeper(servers, { auth: [owner] })
await zk.connect({ timeoutMs: 10_000 })
const path = await zk.create('/example-acl-', 'v1', {
  mode: 'persistentSequential',
  acl: [digestAcl('owner', 'secret'), digestAcl('reader', 'public', Perms.read)],
})
try {
  await using guest = new ZooKeeper(servers)
  await guest.connect({ timeoutMs: 10_000 })
  const refusal: unknown = await guest.getData(path).catch((error) => error)
  console.log('without a proof:', refusal instanceof NoAuthError ? 'refused' : refusal)

  // From here on the connection has two identities, and so has every later one of this client.
  await guest.addAuth('digest', 'reader:public')
  const { data } = await guest.getData(path)
  console.log('as the reader:', String(data))
  console.log('identities:', await guest.whoAmI())
} finally {
  await zk.delete(path)
}
