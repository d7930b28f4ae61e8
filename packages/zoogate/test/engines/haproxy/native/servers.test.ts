import { describe, expect, it } from 'vitest'
import { isLiveChange, nativeServers } from '../../../../src/engines/haproxy/native/servers.ts'

const TEXT = `defaults
  mode http
  balance leastconn
frontend f
  bind :80
  default_backend shop
backend shop # plain
  option httpchk
  server a 10.0.0.1:80 weight 3 check inter 2s
  server b [fd00::1]:8080 disabled # server c
listen other
  bind :81
  balance source
  server x 10.0.0.9:80
peers p
  server q 10.0.0.8:80
`
const changed = (from: string, to: string) => TEXT.replace(from, to)

describe('servers of somebody’s own text', () => {
  it('are known where nothing but their lines has a say on them', () => {
    const { backends, rest } = nativeServers(TEXT)
    expect([...backends]).toEqual([
      [
        'shop',
        [
          {
            ...{ name: 'a', address: '10.0.0.1', port: 80, weight: 3, isDisabled: false },
            ...{ isChecked: true, options: ['check', 'inter', '2s'] },
          },
          {
            ...{ name: 'b', address: 'fd00::1', port: 8080, weight: 1, isDisabled: true },
            ...{ isChecked: false, options: [] },
          },
        ],
      ],
    ])
    expect(rest).toContain('server x 10.0.0.9:80')
    expect(rest).not.toContain('server a')
  })

  it.each([
    ['an option that is not known', '2s', '2s ssl verify none'],
    ['a name for an address', '10.0.0.1:80', 'shop.example.com:80'],
    ['a variable', '10.0.0.1:80', '"$A:80"'],
    ['a port that is the client’s', '10.0.0.1:80', '10.0.0.1'],
    ['a weight that is none', 'weight 3', 'weight x'],
    ['an option without its value', 'inter 2s', 'inter'],
    ['a name twice', 'server b', 'server a'],
    ['default-server', 'option httpchk', 'default-server check'],
    ['a cookie', 'option httpchk', 'cookie S insert'],
    ['a server that is named', 'option httpchk', 'use-server a if TRUE'],
    ['an algorithm that takes none', 'option httpchk', 'balance static-rr'],
    ['an algorithm that it inherits', 'balance leastconn', 'balance source'],
    ['default-server that it inherits', 'balance leastconn', 'default-server check'],
    ['a server that is named elsewhere', 'bind :80', 'acl x srv_is_up(shop/a)'],
    ['a condition', 'bind :80', '.if defined(X)'],
    ['a section twice', 'peers p', 'backend shop'],
  ])('are not known for sure with %s', (_, from, to) => {
    expect(TEXT).toContain(from)
    const { backends } = nativeServers(changed(from, to))
    expect(backends.has('shop')).toBe(false)
  })

  it.each([
    ['weight 3', 'weight 5', true],
    ['10.0.0.1:80', '10.0.0.2:81', true],
    [' disabled', '', true],
    ['  server a 10.0.0.1:80 weight 3 check inter 2s\n', '', true],
    ['  server b', '  server c 10.0.0.3:80 check\n  server b', true],
    ['inter 2s', 'inter 3s', false],
    ['option httpchk', 'option httpchk GET /', false],
    ['10.0.0.9', '10.0.0.7', false],
    ['10.0.0.8', '10.0.0.7', false],
    ['backend shop', 'backend shop2', false],
    ['bind :80', 'bind :82', false],
    ['', '', true],
  ])('from %j to %j: live is %j', (from, to, live) => {
    expect(isLiveChange(TEXT, changed(from, to))).toBe(live)
    expect(isLiveChange(changed(from, to), TEXT)).toBe(live)
  })
})
