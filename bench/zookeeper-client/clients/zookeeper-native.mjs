import { createRequire } from 'node:module'
import { drive } from './drive.mjs'

const ZooKeeper = createRequire(`${process.env.PEERS}/`)('zookeeper')

await drive('zookeeper (native addon)', async (server) => {
  const zk = new ZooKeeper({
    connect: server,
    timeout: 30_000,
    debug_level: ZooKeeper.constants.ZOO_LOG_LEVEL_ERROR,
    host_order_deterministic: false,
  })
  await new Promise((resolve) => {
    zk.once('connect', resolve)
    zk.init({})
  })
  const settle = (promise, done) => promise.then(() => done(), done)
  return {
    get: (path, done) => settle(zk.get(path, false), done),
    set: (path, data, done) => settle(zk.set(path, data, -1), done),
    create: (path, data, done) => settle(zk.create(path, data, 0), done),
    remove: (path, done) => settle(zk.delete_(path, -1), done),
  }
})
