import type { Perseverance } from '../../client/persevere.ts'
import { InvalidOptionError } from '../../errors/client-errors.ts'
import { BadVersionError, NodeExistsError, NoNodeError } from '../../errors/server-errors.ts'
import { parentPath } from '../../protocol/path.ts'
import type { Place } from './protected-create.ts'

/**
 * Sees to it that a semaphore's znode has `maxLeases` as its data: writes it where nobody has, as kazoo does. Rejects with an
 * `InvalidOptionError` where there is another number, or something else. To change the number, set the data while nobody
 * uses the semaphore.
 */
export async function agreeOnLeases(
  place: Pick<Place, 'client' | 'path' | 'acl'>,
  maxLeases: number,
  { signal, retry }: Perseverance,
): Promise<void> {
  const { path } = place
  for (;;) {
    const text = await retry(() => readOrWrite(place, String(maxLeases), signal))
    if (text === String(maxLeases)) return
    if (text !== undefined) {
      throw new InvalidOptionError(`maxLeases is ${maxLeases} here, but ${text} at ${path}`, {
        path,
      })
    }
  }
}

/** The data; undefined when somebody else was faster, and it is to be read again. */
async function readOrWrite(
  { client, path, acl }: Pick<Place, 'client' | 'path' | 'acl'>,
  text: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const options = { signal }
  const node = await client.getDataOrNull(path, options)
  if (node?.data != null && node.data.length > 0) return node.data.toString()
  try {
    if (node === null) {
      await client.ensurePath(parentPath(path), { ...options, acl })
      await client.create(path, text, { ...options, acl })
    } else {
      await client.setData(path, text, { ...options, version: node.stat.version })
    }
    return text
  } catch (error) {
    const isRace = [NodeExistsError, BadVersionError, NoNodeError].some(
      (one) => error instanceof one,
    )
    if (isRace) return undefined
    throw error
  }
}
