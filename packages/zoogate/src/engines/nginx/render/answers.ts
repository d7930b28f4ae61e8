import { ANSWERS } from '@zoogate/proxy/request-rules'
import { block, type Directive, directive, unlessSaid } from './directive.ts'

/**
 * The mode is the end of a named location's name, chosen for each request (`server.ts`): none is the
 * everyday one, `+close` ends the client's connection after the response, `+tunnel` is a WebSocket.
 */
export const MODES = ['', '+close', '+tunnel'] as const
export type Mode = (typeof MODES)[number]

/** A refused upgrade closes its connection too, so that no drain is missed while it is idle. */
export function connectionMode(mode: Mode): readonly Directive[] {
  return mode === '' ? [] : [directive('keepalive_timeout', 0)]
}

/**
 * What the gateway itself answers with, by status. A location that has nothing better to say returns
 * the status; nginx's error page leads to the location that has the words, and keeps the status.
 */
const WORDS: Readonly<Record<number, string>> = {
  401: ANSWERS.unauthorized,
  403: ANSWERS.forbidden,
  404: ANSWERS.noRoute,
  413: ANSWERS.bodyTooLarge,
  429: ANSWERS.tooManyRequests,
  431: ANSWERS.headTooLarge,
  502: ANSWERS.broken,
  503: ANSWERS.unavailable,
  504: ANSWERS.timeout,
}

/** Statuses that lead to their words as they are: those of endpoints are looked at first. */
const PLAIN = [401, 403, 404, 413, 429, 503] as const

/** No service's name has a dot, so these are none. */
const WORDS_LOCATION = '@.words'
const FAILED = '@.'

/** Set for each request whose route changes the headers of responses: those of our own words too. */
export const LOOK = '$zoogate_look'

/** The location of the words, for this request. */
const WORDS_PAGE = `${WORDS_LOCATION}${LOOK}$zoogate_mode`

/** How every server gets from a status to the words. */
export function answerPages(): readonly Directive[] {
  return [
    // The way to a destination is one error page, and the way from it another.
    directive('recursive_error_pages', 'on'),
    ...PLAIN.map((status) => directive('error_page', status, WORDS_PAGE)),
    // nginx's own number for a head that is too large.
    directive('error_page', 494, '=431', WORDS_PAGE),
    // A request that ends before any location is chosen has no mode yet.
    directive('uninitialized_variable_warn', 'off'),
    block(
      ['map', '$status', '$zoogate_words'],
      [
        directive('default', ''),
        ...Object.entries(WORDS).map(([status, words]) => directive(status, words)),
      ],
    ),
    ...([502, 504] as const).flatMap(failurePage),
  ]
}

/**
 * Where nginx goes when it gives up on a service. An endpoint that could not be connected to in time
 * counts as one that was not reached, and not as one that was slow: its try has no connect time.
 * Where none of the tries has one, nobody was reached.
 */
function failurePage(status: 502 | 504): readonly Directive[] {
  const failure = `$zoogate_failure_${status}`
  return [
    block(
      ['map', '$upstream_connect_time', failure],
      [directive('default', `${FAILED}${status}`), directive('~^-(?:[,: ]+-)*\\z', `${FAILED}503`)],
    ),
    directive('error_page', status, '=', failure),
  ]
}

/** The location behind a failure of endpoints, and none for any other request. */
export function failureLocations(): readonly Directive[] {
  return [
    ...([502, 504] as const).map((status) =>
      block(
        ['location', `${FAILED}${status}`],
        [directive('error_page', status, WORDS_PAGE), directive('return', status)],
      ),
    ),
    block(['location', `${FAILED}503`], [directive('return', 503)]),
  ]
}

/**
 * The locations of the words, with these changes to the headers.
 * @param look what {@link setLook} said
 */
export function wordsLocations(look: string, headers: readonly Directive[]): readonly Directive[] {
  return MODES.map((mode) =>
    block(
      ['location', `${WORDS_LOCATION}${look}${mode}`],
      [
        ...connectionMode(mode),
        ...unlessSaid([block('types', []), directive('default_type', 'text/plain')], headers),
        ...headers,
        directive('return', 200, '$zoogate_words'),
      ],
    ),
  )
}

/** Chooses the headers that our own words come with. Empty: no others. */
export function setLook(look: string): Directive {
  return directive('set', LOOK, look)
}
