import type { FeatureName } from '../../model/features/index.ts'
import type { ServicePool, View } from '../../model/view/view.ts'
import type { Engine, EngineControl, FeatureReasons, Plan, RenderedFiles } from '../engine.ts'
import type { AskControl } from './control/control-client.ts'
import type { Directive } from './render/directive.ts'

/**
 * How nginx spreads requests over a service's endpoints, and what it takes live. There are two ways: its own upstreams
 * (`native-balancing.ts`), which take endpoints by a reload only, and ours in Lua (`lua/`), where the
 * module for it is there. All else of a configuration is the same.
 */
export interface Balancing {
  /** What of the model is carried. */
  readonly features: ReadonlySet<FeatureName>
  readonly reasons: FeatureReasons
  /** Those of the features that only this way has, with what brings it. */
  readonly extra?: Engine['extra']
  /** Whether a request with a session counts for `connections.max` like any other. */
  readonly countsSessions: boolean

  /** Before all else in the configuration. */
  modules(): readonly Directive[]
  /** On the level of `http`. */
  settings(view: View): readonly Directive[]
  /**
   * A service's own file: its `upstream`, and what goes with it.
   * @param attempts so many times a route may ask for the same request, at whichever endpoint
   */
  upstreams(pool: ServicePool, attempts: number): readonly Directive[]
  /** Undefined: nobody can take a request of this service, which is answered 503. */
  target(pool: ServicePool): Target | undefined
  /** The upstream for copies of requests, which belong to no session; undefined: nobody takes any. */
  copyTarget(pool: ServicePool): string | undefined
  /** What a server says beside a certificate's files; nothing: it shows what they held at the reload. */
  certificate(name: string): readonly Directive[]
  /** Locations of the control socket's server. */
  controlLocations(view: View, generation: string): readonly Directive[]
  /** Beside `nginx.conf` and the services' files. */
  files(view: View, generation: string): RenderedFiles

  /**
   * Of {@link files}, those that hold a service's endpoints, where they hold nothing else and nothing
   * else holds them. Absent: endpoints are all over the configuration.
   */
  serviceFiles?(pool: ServicePool): RenderedFiles

  plan(from: View | undefined, to: View): Plan
  /** The hands on one running nginx, for what needs no reload. */
  live(ask: AskControl): Pick<EngineControl, 'applyEndpoints' | 'applyCertificates' | 'observe'>
}

/** Where a location passes its requests to. */
export interface Target {
  /** The name for `proxy_pass`: an upstream's, or a variable that has it. */
  readonly upstream: string
  /** What the location says before it passes a request on. */
  readonly directives: readonly Directive[]
  /** A variable: the Set-Cookie header of a response; where it is empty there is none. */
  readonly cookie?: string
}
