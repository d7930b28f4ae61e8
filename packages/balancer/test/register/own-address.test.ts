import { isIP } from 'node:net'
import { describe, expect, it } from 'vitest'
import { firstHost, instanceId, isInstanceId, ownAddress } from '../../src/index.ts'

describe('firstHost', () => {
  it.each([
    ['127.0.0.1:2181', '127.0.0.1'],
    ['zk1.example.com:2181,zk2.example.com:2181/chroot', 'zk1.example.com'],
    ['zk1', 'zk1'],
    ['[2001:db8::1]:2181,[2001:db8::2]:2181', '2001:db8::1'],
    ['', ''],
  ])('%s: %s', (connectString, host) => {
    expect(firstHost(connectString)).toBe(host)
  })
})

describe('ownAddress', () => {
  it('is loopback when ZooKeeper is', async () => {
    expect(await ownAddress('127.0.0.1:2181')).toBe('127.0.0.1')
  })

  it('is some address of this host when ZooKeeper has none', async () => {
    const address = await ownAddress('no-such-host.invalid:2181')
    expect(isIP(address)).not.toBe(0)
  })
})

describe('instanceId', () => {
  it('is a valid id that names the port and does not repeat', () => {
    const ids = new Set(Array.from({ length: 100 }, () => instanceId(3000)))
    expect(ids.size).toBe(100)
    for (const id of ids) expect(isInstanceId(id) && id.includes('-3000-')).toBe(true)
  })
})
