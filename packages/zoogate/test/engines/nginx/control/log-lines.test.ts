import { expect, test } from 'vitest'
import { graveLines } from '../../../../src/engines/nginx/control/log-lines.ts'

test('keeps what is grave, once, without time, process and folder', () => {
  const log = [
    '2026/11/21 01:00:00 [notice] 5#5: signal 1 (SIGHUP) received',
    '2026/11/21 01:00:00 [emerg] 5#5: bind() to 127.0.0.1:80 failed (98: Address already in use)',
    '2026/11/21 01:00:01 [emerg] 5#5: bind() to 127.0.0.1:80 failed (98: Address already in use)',
    'nginx: [emerg] unknown directive "x" in /g/7/nginx.conf:3',
    'nginx: [alert] could not open error log file',
    '2026/11/21 01:00:02 [error] 6#6: *1 connect() failed, client: "[emerg] 1#1: no"',
    'nginx: configuration file /g/7/nginx.conf test failed',
    '',
  ].join('\n')
  expect(graveLines(log, '/g/7')).toEqual([
    { level: 'emerg', message: 'bind() to 127.0.0.1:80 failed (98: Address already in use)' },
    { level: 'emerg', message: 'unknown directive "x" in nginx.conf:3' },
    { level: 'alert', message: 'could not open error log file' },
  ])
})

test('a flood of lines is cut', () => {
  const flood = Array.from({ length: 1_000 }, (_, index) => `nginx: [emerg] ${index}`).join('\n')
  expect(graveLines(flood)).toHaveLength(10)
})
