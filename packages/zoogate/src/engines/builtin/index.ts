import type { Engine } from '../engine.ts'
import { livePlan } from '../live-plan.ts'
import { control } from './control.ts'
import { CARRIED, REASONS } from './features.ts'
import { detect, program } from './program.ts'
import { refusals } from './refusals.ts'
import { render, renderService } from './render.ts'
import { validate } from './validate.ts'

export { renderService } from './render.ts'

/** The proxy that comes with zoogate: no install, every endpoint change live, reloads in place. */
export const builtin: Engine = {
  name: 'builtin',
  healthChecks: 'engine',
  features: CARRIED,
  reasons: REASONS,
  refusals,
  detect,
  render,
  renderService: ({ services }, name) => {
    const pool = services.get(name)
    return new Map(pool === undefined ? [] : [renderService(pool)])
  },
  plan: livePlan,
  program,
  validate,
  control,
}
