import { it } from 'vitest'
import { onEachServer } from '../support/on-each-server.ts'
import { countUnderCuts, queueUnderCuts } from '../support/recipes-under-cuts.ts'

onEachServer((stage) => {
  const where = (seed: number) => ({
    servers: [stage.server],
    connectString: stage.server.connectString,
    path: stage.path(),
    repeat: 20,
    seed,
  })

  it.each([31, 32])('counts each change once, wherever it is cut, with seed %i', (seed) =>
    countUnderCuts(where(seed)),
  )

  it.each([41, 42])('loses no item and lets none be consumed twice, with seed %i', (seed) =>
    queueUnderCuts(where(seed)),
  )
})
