import { httpd } from '../../../src/engines/httpd/index.ts'
import type { View } from '../../../src/model/view/view.ts'
import { type RunningEngine, startEngine } from '../running-engine.ts'

export function startHttpd(view: View): Promise<RunningEngine> {
  return startEngine(httpd, view)
}
