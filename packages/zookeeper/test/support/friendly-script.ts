import { ZooKeeper, type ZooKeeperOptions } from '../../src/index.ts'
import { existsOperation, getDataOperation, OpCode, type Stat } from '../../src/protocol/index.ts'
import type { Script, ScriptedServer } from './scripted-server.ts'

/** The Stat of every znode of the friendly server. */
export const friendlyStat: Stat = {
  czxid: 1n,
  mzxid: 1n,
  ctime: 1n,
  mtime: 1n,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  dataLength: 0,
  numChildren: 0,
  pzxid: 1n,
}

/** A server that answers reads as if every znode existed. */
export const friendly: Required<Script> = {
  onConnect: (connection) => connection.accept({}),
  onRequest(connection, { xid, type }) {
    if (type === OpCode.getData) {
      connection.reply({ xid }, (to) =>
        getDataOperation.encodeResponse(to, { data: null, stat: friendlyStat }),
      )
    } else if (type === OpCode.exists) {
      connection.reply({ xid }, (to) => existsOperation.encodeResponse(to, { stat: friendlyStat }))
    } else if (type === OpCode.addWatch) connection.reply({ xid }, (to) => to.writeInt32(0))
    else if (type === OpCode.sync) connection.reply({ xid }, (to) => to.writeString('/'))
    else connection.reply({ xid })
  },
}

/** A client of a scripted server, connected. `chroot` is "" or a path. */
export async function connected(
  server: ScriptedServer,
  options: ZooKeeperOptions = {},
  chroot = '',
): Promise<ZooKeeper> {
  const zk = new ZooKeeper(server.connectString + chroot, { sessionTimeoutMs: 4_000, ...options })
  await zk.connect({ timeoutMs: 5_000 })
  return zk
}
