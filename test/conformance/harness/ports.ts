import { freePort } from '../../support/free-port.ts'

const taken = new Set<number>()

/** A port of this machine that nobody else here was given. */
export async function reservePort(): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (taken.has(port)) continue
    taken.add(port)
    return port
  }
}
