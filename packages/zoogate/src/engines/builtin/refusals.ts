import type { View } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { routeRefusals } from '../route-refusals.ts'
import { gather } from '../shared/gather.ts'
import { CARRIED, REASONS } from './features.ts'

/** It becomes a file's name. */
const SERVICE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** What the builtin engine cannot carry of a view, by field. */
export function refusals(view: View): readonly EngineRefusal[] {
  return [
    ...featureRefusals(view, 'builtin', CARRIED, REASONS),
    ...routeRefusals(view),
    ...[...view.services.keys()].flatMap(nameRefusals),
    ...pathRefusals(view),
  ]
}

function nameRefusals(name: string): readonly EngineRefusal[] {
  return gather(`Service/${name}`, (refuse) => {
    if (!SERVICE_NAME.test(name)) refuse(['services', name], 'must be named by a-z, 0-9 and -')
  })
}

function pathRefusals({ routes }: View): readonly EngineRefusal[] {
  return routes.flatMap(({ id, path }, index) =>
    gather(`HTTPRoute/${id.split('.', 1)[0]}`, (refuse) => {
      if (path.type === 'RegularExpression' || decodes(path.value)) return
      refuse(['routes', index, 'path', 'value'], 'must decode to UTF-8 text')
    }),
  )
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
