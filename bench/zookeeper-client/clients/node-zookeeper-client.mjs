import { createRequire } from 'node:module'
import { drive } from './drive.mjs'

const { createClient } = createRequire(`${process.env.PEERS}/`)('node-zookeeper-client')

await drive('node-zookeeper-client', async (server) => {
  const zk = createClient(server, { sessionTimeout: 30_000 })
  await new Promise((resolve) => {
    zk.once('connected', resolve)
    zk.connect()
  })
  return {
    get: (path, done) => zk.getData(path, done),
    set: (path, data, done) => zk.setData(path, data, -1, done),
    create: (path, data, done) => zk.create(path, data, done),
    remove: (path, done) => zk.remove(path, -1, done),
  }
})
