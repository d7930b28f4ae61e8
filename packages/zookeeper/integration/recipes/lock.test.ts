import { expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { Lock } from '../../src/index.ts'
import { onEachServer } from '../support/on-each-server.ts'

onEachServer((stage) => {
  it('is held by one at a time, in the order of arrival', async () => {
    await using first = await stage.client()
    await using second = await stage.client()
    const path = stage.path()
    const a = await new Lock(first, path, { data: 'a' }).acquire()
    const others = new Lock(second, path, { data: 'b' })
    const granted: string[] = []
    const b = others.acquire().then((held) => {
      granted.push('b')
      return held
    })
    await waitFor('b to stand in line', async () => (await others.contenders()).length === 2)
    const c = new Lock(first, path, { data: 'c' }).acquire().then((held) => {
      granted.push('c')
      return held
    })
    await waitFor('c to stand in line', async () => (await others.contenders()).length === 3)
    const contenders = await others.contenders()
    expect(contenders.map(({ data }) => String(data))).toEqual(['a', 'b', 'c'])
    expect(contenders[0]).toMatchObject({
      path: a.path,
      fencingToken: a.fencingToken,
      sessionId: first.sessionId,
    })
    expect(granted).toEqual([])
    await a.release()
    const heldB = await b
    expect(granted).toEqual(['b'])
    await heldB.release()
    const heldC = await c
    expect(heldB.fencingToken).toBeGreaterThan(a.fencingToken)
    expect(heldC.fencingToken).toBeGreaterThan(heldB.fencingToken)
    expect([a, heldB, heldC].map(({ signal }) => signal.aborted)).toEqual([true, true, false])
    await heldC.release()
    expect(await others.contenders()).toEqual([])
  })
})
