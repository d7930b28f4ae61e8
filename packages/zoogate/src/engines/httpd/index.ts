import type { Engine } from '../engine.ts'
import { livePlan } from '../live-plan.ts'
import { withNative } from '../native/with-native.ts'
import { control } from './control.ts'
import { detect } from './detect.ts'
import { CARRIED, REASONS } from './features.ts'
import { nativeDialect } from './native.ts'
import { workersGroup } from './program/worker-user.ts'
import { program } from './program.ts'
import { refusals } from './refusals.ts'
import { render, renderService } from './render.ts'
import { validate } from './validate.ts'

const rendered: Engine = {
  name: 'httpd',
  healthChecks: 'agent',
  features: CARRIED,
  reasons: REASONS,
  refusals,
  detect,
  render,
  renderService,
  plan: (from, to) => livePlan(from, to),
  program,
  workersGroup: () => workersGroup(),
  validate,
  control: (context) => control(context),
}

/**
 * Apache httpd 2.4.60 or newer, as Debian builds it. Endpoints change through its balancer manager, all
 * else by a graceful restart, which loses no request of a client that sends two a second or more: see
 * `shared/drain-window.ts`.
 */
export const httpd: Engine = withNative(rendered, nativeDialect)
