import { expect } from 'vitest'
import { startLoad } from '../support/load.ts'
import type { Stack } from '../support/stack.ts'

export interface LoadEverywhere {
  /** Lets what is in flight finish; expects that no request failed. */
  expectNoFailure(): Promise<void>
}

/** 300 requests a second through every engine, each over 50 connections that are kept. */
export function loadEverywhere(stack: Stack): LoadEverywhere {
  const loads = stack.engines.map((engine) => {
    const port = stack.port(engine)
    const load = startLoad({ port, connections: 50, requestsPerSecond: 300, keepAlive: true })
    return { engine, load }
  })
  return {
    async expectNoFailure() {
      for (const { engine, load } of loads) {
        const report = await load.stop()
        expect(load.failed(), `${engine}: ${JSON.stringify(report)}`).toBe(0)
      }
    },
  }
}
