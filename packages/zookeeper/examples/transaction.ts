// Move an item from one queue to another: both changes happen, or neither does.
import { MultiError, ZooKeeper } from '@zoogate/zookeeper'

await using zk = new ZooKeeper(process.env['ZOOKEEPER'] ?? '127.0.0.1:2181')
await zk.connect({ timeoutMs: 10_000 })
const root = await zk.create('/example-transaction-', null, { mode: 'persistentSequential' })
await zk.ensurePath(`${root}/todo/wash`)
await zk.ensurePath(`${root}/done`)

// Typed by position: undefined, string, Stat.
const [, created, stat] = await zk
  .transaction()
  .delete(`${root}/todo/wash`)
  .create(`${root}/done/wash`, 'clean')
  .setData(root, 'one done', { version: 0 })
  .commit()
console.log(`created ${created}, and ${root} has version ${stat.version}`)

try {
  await zk.transaction().check(root, 0).delete(`${root}/done/wash`).commit()
} catch (error) {
  if (!(error instanceof MultiError)) throw error
  console.log(`nothing was done, since operation ${error.index} failed: ${error.error.name}`)
}
await zk.deleteRecursive(root)
