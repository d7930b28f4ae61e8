import { expect, test } from 'vitest'
import { complaints } from '../../../src/engines/haproxy/control/complaints.ts'
import { parseGeneration } from '../../../src/engines/haproxy/control/stats.ts'
import { detection } from '../../../src/engines/haproxy/detect.ts'
import { program } from '../../../src/engines/haproxy/program.ts'

test.each([
  ['HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/', '2.6.12', undefined],
  ['HAProxy version 3.1.0 2026/11/01', '3.1.0', undefined],
  ['HAProxy version 2.4.24', '2.4.24', 'haproxy 2.4.24 is older than 2.6: apt-get install haproxy'],
])('%s', (output, version, problem) => {
  expect(detection({ outcome: 'passed', output })).toEqual({
    installed: true,
    version,
    ...(problem === undefined ? {} : { problem }),
  })
})

test('no HAProxy, and one that tells nothing', () => {
  expect(detection({ outcome: 'missing', output: '' })).toEqual({
    installed: false,
    problem: 'haproxy is not installed: apt-get install haproxy',
  })
  expect(detection({ outcome: 'failed', output: 'boom' }).problem).toContain('boom')
})

test('the ALERT lines are what is wrong', () => {
  const output = [
    '[NOTICE]   (8291) : haproxy version is 2.6.12-1+deb12u4',
    "[ALERT]    (8291) : config : parsing [/x/current//00-haproxy.cfg:40] : unknown keyword 'bogus'",
    '[WARNING]  (8291) : config : something',
    '[ALERT]    (8291) : Starting frontend http: cannot bind socket (Address already in use) [0.0.0.0:80]',
    '[ALERT]    (8291) : config : Error(s) found in configuration file : /x/current//00-haproxy.cfg',
    '[ALERT]    (8291) : config : Fatal errors found in configuration.',
  ].join('\n')
  expect(complaints(output, '/x/current')).toBe(
    "parsing [00-haproxy.cfg:40] : unknown keyword 'bogus'; Starting frontend http: cannot bind socket (Address already in use) [0.0.0.0:80]",
  )
  expect(complaints(Array(9).fill('[ALERT]    (1) : config : x').join('\n'))).toBe(
    'x; x; x; x; x; and 4 more',
  )
  expect(complaints('all is well')).toBe('')
})

test('the generation is read from its line alone', () => {
  expect(parseGeneration('ZOOGATE_GENERATION=12\n\n')).toBe('12')
  expect(parseGeneration('Variable not found\n')).toBeUndefined()
  expect(parseGeneration('X_ZOOGATE_GENERATION=12\n')).toBeUndefined()
})

test('the program is a master with a worker on the current folder', () => {
  const { args, stopSignal } = program({
    folder: '/f',
    current: '/f/current',
    logs: '/l',
    run: '/r',
  })
  expect(args.slice(-6)).toEqual([
    ...['-W', '-S', '/r/master.sock,level,admin,mode,600', '-db', '-f', '/f/current/'],
  ])
  expect(stopSignal).toBe('SIGUSR1')
})
