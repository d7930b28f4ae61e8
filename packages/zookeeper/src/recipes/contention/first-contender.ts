import type { Perseverance } from '../../client/persevere.ts'
import { joinPath } from '../../protocol/path.ts'
import { sortContenders } from './contender-name.ts'
import { type Contender, childrenOrNull, readContender } from './contenders.ts'
import type { Lookout } from './lookout.ts'
import type { Place } from './protected-create.ts'

/**
 * The head of a queue, for those who do not stand in it; undefined for an empty one. The lookout's bell rings when it may have changed.
 * Whoever comes behind the first one changes nothing, so the queue itself is watched only while it is empty.
 */
export async function firstContender(
  { client, path }: Place,
  { signal, retry }: Perseverance,
  lookout?: Lookout,
): Promise<Contender | undefined> {
  const plain = { signal }
  const watching = (at: string) =>
    lookout === undefined ? plain : { ...plain, watch: lookout.at(at) }
  for (;;) {
    const children = await retry(() => childrenOrNull(client, path, plain))
    const first = sortContenders(children ?? [])[0]
    if (first !== undefined) {
      const at = joinPath(path, first.name)
      const contender = await retry(() => readContender(client, at, watching(at)))
      if (contender !== undefined) return contender
    } else {
      if (lookout === undefined) return undefined
      const again = await retry(() => childrenOrNull(client, path, watching(path)))
      if (again !== null && sortContenders(again).length === 0) return undefined
      // A path that does not exist has no children to watch: its coming is.
      if (again === null) {
        const stat = await retry(() => client.exists(path, watching(path)))
        if (stat === undefined) return undefined
      }
    }
  }
}
