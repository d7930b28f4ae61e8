import type { Engine } from '../engine.ts'
import { control } from './control.ts'
import { detect } from './detect.ts'
import { CARRIED } from './features.ts'
import { plan } from './live.ts'
import { program } from './program.ts'
import { refusals } from './refusals.ts'
import { render } from './render.ts'
import { validate } from './validate.ts'
import { workersGroup } from './worker-user.ts'

/**
 * nginx 1.20 or newer, with what distributions build into it and no more. Every change is a reload,
 * which loses no request of a client that sends two a second or more: see `drain-window.ts`.
 */
export const nginx: Engine = {
  name: 'nginx',
  healthChecks: 'agent',
  features: CARRIED,
  refusals,
  detect,
  render,
  plan,
  program,
  workersGroup: (paths) => workersGroup(paths),
  validate,
  control: (context) => control(context),
}
