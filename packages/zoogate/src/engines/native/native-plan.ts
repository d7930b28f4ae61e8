import type { NativeConfiguration, View } from '../../model/view.ts'
import type { Plan } from '../engine.ts'
import { viewChanges } from '../view-changes.ts'

/**
 * What changes from one view to the next, where at least one of them is a native configuration: all of
 * it by a reload, for only the text's author knows what in the engine an endpoint has become. Pure.
 */
export function nativePlan(from: View | undefined, to: View): Plan {
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
  return {
    live: [],
    reload: [
      ...textChanges(from.native, to.native),
      ...structure,
      ...endpoints.flatMap(({ words }) => words),
    ],
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
