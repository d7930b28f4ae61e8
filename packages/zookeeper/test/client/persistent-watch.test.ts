import { expect, it } from 'vitest'
import { PersistentWatch } from '../../src/client/persistent-watch.ts'
import type { PersistentWatchEvent } from '../../src/index.ts'
import type { PersistentWatcher } from '../../src/session/watch-registry.ts'

it('tells nothing any more once it is closed, not even what was on its way', async () => {
  let watcher: PersistentWatcher | undefined
  const watch = new PersistentWatch('/a', 'persistent', (attached) => {
    watcher = attached
    return async () => {}
  })
  const heard: PersistentWatchEvent[] = []
  watch.subscribe((event) => heard.push(event))
  watcher?.onEvent({ type: 'resync' })
  await watch.close()
  watcher?.onEvent({ type: 'resync' })
  expect(heard).toEqual([{ type: 'resync' }])
})
