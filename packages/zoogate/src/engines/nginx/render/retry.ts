import type { Retry } from '../../../model/view/view.ts'
import { block, type Directive, directive } from './directive.ts'
import type { SharedVariables } from './shared-variables.ts'

/** Of a destination for requests that have one attempt alone. */
export const ONCE = '.once'

/** What nginx can take for a failure, of the statuses that may be written. */
export const RETRIED_CODES: readonly number[] = [500, 502, 503, 504]

/** Methods that `retry` names when it says nothing else would be another way of saying nothing. */
export function retryEnding(retry: Retry | undefined, shared: SharedVariables): string {
  if (retry === undefined) return ''
  return shared.define('attempts', (variable) =>
    block(
      ['map', '$request_method', variable],
      [directive('default', ONCE), ...retry.methods.map((method) => directive(`\\${method}`, ''))],
    ),
  )
}

/** Attempts beside the first that a route asks for. */
export const RETRIES_VARIABLE = '$zoogate_retries'

/**
 * nginx never repeats a POST, LOCK or PATCH of which an endpoint may have had a byte: that would take
 * `non_idempotent`, which is said nowhere.
 */
export function retries(retry: Retry | undefined, ending: typeof ONCE | ''): readonly Directive[] {
  if (retry === undefined) return []
  if (ending === ONCE || retry.attempts === 0) return [directive('proxy_next_upstream', 'off')]
  const codes = [...new Set(retry.codes)].map((code) => `http_${code}`)
  return [
    directive('proxy_next_upstream', 'error', 'timeout', ...codes),
    directive('proxy_next_upstream_tries', retry.attempts + 1),
    // For our Lua, which else tries each endpoint once.
    directive('set', RETRIES_VARIABLE, retry.attempts),
  ]
}
