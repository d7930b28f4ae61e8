import type { NativeConfiguration, View } from '../../model/view/view.ts'
import type { Plan } from '../engine.ts'
import { viewChanges } from '../view-changes.ts'

/**
 * What changes from one view to the next, where at least one of them is a native configuration: all of
 * it by a reload, but for endpoints that change nothing in the text but what the engine takes live. Pure.
 * @param isLive whether the text of the one becomes that of the other without a reload
 */
export function nativePlan(
  from: View | undefined,
  to: View,
  isLive: (from: View, to: View) => boolean,
): Plan {
  const services = [...to.services.keys()]
  if (from === undefined) return { live: [], reload: ['first start'], services }
  if (from.native === undefined || to.native === undefined) {
    const reload =
      to.native === undefined
        ? 'the model in place of the native configuration'
        : 'the native configuration in place of the model'
    return { live: [], reload: [reload], services }
  }
  const { structure, endpoints } = viewChanges(from, to, ({ name }) => ({ name }))
  const reload = [...textChanges(from.native, to.native), ...structure]
  const words = endpoints.flatMap(({ words }) => words)
  const takesLive = reload.length === 0 && words.length > 0 && isLive(from, to)
  return {
    live: takesLive ? words : [],
    reload: takesLive ? [] : [...reload, ...words],
    services: endpoints.map(({ service }) => service),
  }
}

function textChanges(from: NativeConfiguration, to: NativeConfiguration): readonly string[] {
  if (from.znode?.path !== to.znode?.path) {
    return [to.znode === undefined ? 'native text' : `native text from the znode ${to.znode.path}`]
  }
  return from.text === to.text && from.znode?.mzxid === to.znode?.mzxid
    ? []
    : [to.znode === undefined ? 'native text' : `native text in the znode ${to.znode.path}`]
}
