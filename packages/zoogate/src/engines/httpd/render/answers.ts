import { ANSWERS } from '@zoogate/proxy/request-rules'
import { type Directive, directive } from './directive.ts'
import { runtimeFile } from './files.ts'

/** The answers of our own, as files that mod_asis sends with the status that they name. */
const OWN = [
  [400, 'Bad Request', ANSWERS.badRequest],
  [401, 'Unauthorized', ANSWERS.unauthorized],
  [403, 'Forbidden', ANSWERS.forbidden],
  [404, 'Not Found', ANSWERS.noRoute],
  [413, 'Request Entity Too Large', ANSWERS.bodyTooLarge],
  [431, 'Request Header Fields Too Large', ANSWERS.headTooLarge],
  [502, 'Bad Gateway', ANSWERS.broken],
  [503, 'Service Unavailable', ANSWERS.unavailable],
  [504, 'Gateway Timeout', ANSWERS.timeout],
] as const

export type AnswerStatus = (typeof OWN)[number][0]

/** Where httpd goes inside itself for an answer. Nobody gets there from outside: see `listener.ts`. */
export const ANSWER_PREFIX = '/.zoogate/'

/** Where httpd goes inside itself for this one. */
export function answerPath(status: AnswerStatus): string {
  return `${ANSWER_PREFIX}${status}`
}

/** Where it goes for what an endpoint did not answer, with the port that the answer was waited for at, if any. */
export const TRY_AGAIN_PATH = `${answerPath(502)}..`

/** Where it goes for what was waited for too long: httpd answers 502 for that too. */
export const TIMED_OUT_PATH = `${answerPath(502)}.1.`

/** httpd's notes: `1`, and a port once the request was sent. */
const FAILURE_PATH = `${answerPath(502)}.%{note:proxy_timedout}.%{note:proxy-source-port}`

export function answerFiles(): readonly (readonly [string, string])[] {
  return OWN.map(([status, reason, text]) => [
    runtimeFile(answerFile(status)),
    `Status: ${status} ${reason}\nContent-Type: text/plain\n\n${text}`,
  ])
}

export function answerFile(status: AnswerStatus): string {
  return `${status}.asis`
}

/** What a request is told whose method is refused: set beside each such rule. */
export const REFUSED_METHOD = 'zoogate_refused_method'

/** A failure of httpd's own gets our words; what endpoints answer is passed as it is. */
export function errorDocuments(): readonly Directive[] {
  return [
    ...OWN.map(([status]) => directive('ErrorDocument', status, answerPath(status))),
    // Of a program whose answer is none, which is an endpoint to us; or of a connection that was reset while it was opened.
    directive('ErrorDocument', 500, FAILURE_PATH),
    directive('ErrorDocument', 502, FAILURE_PATH),
    // A TRACE would be sent within httpd by its own method once more, and be refused once more.
    directive('ErrorDocument', 405, `%{ENV:${REFUSED_METHOD}}`),
  ]
}
