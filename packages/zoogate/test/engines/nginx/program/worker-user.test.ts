import { expect, test } from 'vitest'
import {
  type Host,
  workersGroup,
  workerUser,
} from '../../../../src/engines/nginx/program/worker-user.ts'

const PASSWD = 'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n'
const paths = { run: '/run/zoogate/edge', folder: '/var/lib/zoogate/edge' }

interface Folder {
  mode: number
  uid: number
  gid: number
}

function host(closed: Readonly<Record<string, Partial<Folder>>>, parts: Partial<Host> = {}): Host {
  return {
    uid: 0,
    passwd: () => PASSWD,
    stat: (path) => ({ mode: 0o755, uid: 0, gid: 0, ...closed[path] }),
    ...parts,
  }
}

const WWW_DATA = { name: 'www-data', group: 'www-data' }
const ROOT = { name: 'root', group: 'root' }

test.each<[string, Host, object | undefined]>([
  ['reaches all', host({}), WWW_DATA],
  ['is kept out of a folder above', host({ '/var/lib/zoogate': { mode: 0o700 } }), ROOT],
  ['is kept out of the folder itself', host({ '/run/zoogate/edge': { mode: 0o750 } }), ROOT],
  ['is let in by its group', host({ '/run/zoogate/edge': { mode: 0o710, gid: 33 } }), WWW_DATA],
  ['is let in as owner', host({ '/run/zoogate/edge': { mode: 0o700, uid: 33 } }), WWW_DATA],
  ['is not there', host({}, { passwd: () => 'root:x:0:0::/:/bin/sh\n' }), ROOT],
  ['cannot be told of', host({}, { passwd: () => undefined }), ROOT],
  ['has no folder yet', host({}, { stat: () => undefined }), ROOT],
  ['is nothing that others than root choose', host({}, { uid: 1000 }), undefined],
])('www-data %s', (_, on, expected) => {
  expect(workerUser(paths, on)).toEqual(expected)
})

test('the group that may read what is for the workers', () => {
  expect(workersGroup(paths, host({}))).toBe(33)
  expect(workersGroup(paths, host({ '/var/lib/zoogate': { mode: 0o700 } }))).toBe(0)
  expect(workersGroup(paths, host({}, { uid: 1000 }))).toBeUndefined()
})
