import { describe, expect, test } from 'vitest'
import type { ControlRequest } from '../../../../src/engines/nginx/control/control-client.ts'
import { LiveEndpoints } from '../../../../src/engines/nginx/lua/live-endpoints.ts'
import { endpointOf, serviceOf } from '../../support/views.ts'

/** A control socket that says what it is told to. */
function controlSocket(...answers: readonly (readonly [status: number, text: string])[]) {
  const asked: ControlRequest[] = []
  const left = [...answers]
  return {
    asked,
    ask: async (request: ControlRequest) => {
      asked.push(request)
      const [status, text] = left.shift() ?? [500, 'asked too often\n']
      return { status, text }
    },
  }
}

const [a, b, c] = [endpointOf('a', 1), endpointOf('b', 2), endpointOf('c', 3)]
const path = '/endpoints/shop'

describe('applyEndpoints', () => {
  test('first all of them, then what changes', async () => {
    const { asked, ask } = controlSocket([200, 'x:2\n'], [200, 'x:3\n'])
    const live = new LiveEndpoints(ask)
    await live.applyEndpoints([serviceOf('shop', [a, b])])
    await live.applyEndpoints([serviceOf('shop', [{ ...b, weight: 7 }, c])])
    expect(asked).toEqual([
      { path, method: 'PUT', body: 'a 127.0.0.1 1 1 up\nb 127.0.0.1 2 1 up\n' },
      {
        path,
        method: 'PATCH',
        body: 'x:2\n+b 127.0.0.1 2 7 up\n+c 127.0.0.1 3 1 up\n-a\n',
      },
    ])
  })

  test('where nginx has another version, all of them again', async () => {
    const { asked, ask } = controlSocket([200, 'x:2\n'], [409, 'y:1\n'], [200, 'y:2\n'])
    const live = new LiveEndpoints(ask)
    await live.applyEndpoints([serviceOf('shop', [a])])
    await live.applyEndpoints([serviceOf('shop', [b])])
    expect(asked.map(({ method }) => method)).toEqual(['PUT', 'PATCH', 'PUT'])
  })

  test('a refusal is told with its words, and nothing is taken for known after it', async () => {
    const { asked, ask } = controlSocket([200, 'x:2\n'], [507, 'no memory\n'], [200, 'x:3\n'])
    const live = new LiveEndpoints(ask)
    await live.applyEndpoints([serviceOf('shop', [a])])
    await expect(live.applyEndpoints([serviceOf('shop', [b])])).rejects.toMatchObject({
      code: 'ENGINE_LIVE_FAILED',
      message: 'nginx did not take the endpoints of shop: 507 no memory',
    })
    await live.applyEndpoints([serviceOf('shop', [b])])
    expect(asked.map(({ method }) => method)).toEqual(['PUT', 'PATCH', 'PUT'])
  })
})

describe('observe', () => {
  const ROW = 'a 127.0.0.1 1 1 up\n'

  test('reads only services whose tag is another one', async () => {
    const { asked, ask } = controlSocket(
      [200, '7\nshop x:1\nweb x:1\n'],
      [200, `x:1\n${ROW}`],
      [200, 'x:1\n'],
      [200, '7\nshop x:1\nweb x:2\n'],
      [200, `x:2\n${ROW}`],
    )
    const live = new LiveEndpoints(ask)
    const known = { ...a, health: 'unknown' }
    expect(await live.observe()).toEqual({
      generation: '7',
      services: new Map([
        ['shop', [known]],
        ['web', []],
      ]),
    })
    expect((await live.observe()).services.get('web')).toEqual([known])
    expect(asked.map((each) => each.path)).toEqual([
      '/endpoints/',
      path,
      '/endpoints/web',
      '/endpoints/',
      '/endpoints/web',
    ])
  })

  test('a reload between the list and a service: all is read again', async () => {
    const { ask } = controlSocket(
      [200, '7\nshop x:1\n'],
      [200, 'y:1\n'],
      [200, '8\nshop y:1\n'],
      [200, `y:1\n${ROW}`],
    )
    expect(await new LiveEndpoints(ask).observe()).toMatchObject({ generation: '8' })
  })

  test.each(['', 'hello\n', '7\nshop\n'])('%j is no list', async (text) => {
    const { ask } = controlSocket([200, text])
    await expect(new LiveEndpoints(ask).observe()).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
    })
  })
})
