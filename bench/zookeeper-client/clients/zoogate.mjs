import { ZooKeeper } from '@zoogate/zookeeper'
import { drive } from './drive.mjs'

await drive('@zoogate/zookeeper', async (server) => {
  const zk = new ZooKeeper(server, { sessionTimeoutMs: 30_000 })
  await zk.connect()
  const settle = (promise, done) => promise.then(() => done(), done)
  return {
    get: (path, done) => settle(zk.getData(path), done),
    set: (path, data, done) => settle(zk.setData(path, data), done),
    create: (path, data, done) => settle(zk.create(path, data), done),
    remove: (path, done) => settle(zk.delete(path), done),
  }
})
