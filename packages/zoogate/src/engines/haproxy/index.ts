import type { Engine } from '../engine.ts'
import { livePlan } from '../live-plan.ts'
import { withNative } from '../native/with-native.ts'
import { control } from './control.ts'
import { detect } from './detect.ts'
import { CARRIED, REASONS } from './features.ts'
import { nativeDialect } from './native.ts'
import { program } from './program.ts'
import { refusals } from './refusals.ts'
import { thisHost } from './render/host.ts'
import { render, renderServiceFiles } from './render.ts'
import { validate } from './validate.ts'

const rendered: Engine = {
  name: 'haproxy',
  healthChecks: 'engine',
  features: CARRIED,
  reasons: REASONS,
  refusals,
  detect,
  render: (view, context) => render(view, context, thisHost()),
  renderService: renderServiceFiles,
  plan: (from, to) => livePlan(from, to, ['TLS', 'CA']),
  program,
  validate,
  control,
}

/** HAProxy 2.6 or newer. Endpoints change without a reload; a reload loses no request. */
export const haproxy: Engine = withNative(rendered, nativeDialect)
