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
    // Of a program whose answer is none, which is an endpoint to us.
    directive('ErrorDocument', 500, answerPath(502)),
    // httpd answers 502 for an endpoint that was silent too, and makes a note of the difference: `1`.
    directive('ErrorDocument', 502, `${answerPath(502)}%{note:proxy_timedout}`),
    // A TRACE would be sent within httpd by its own method once more, and be refused once more.
    directive('ErrorDocument', 405, `%{ENV:${REFUSED_METHOD}}`),
  ]
}
