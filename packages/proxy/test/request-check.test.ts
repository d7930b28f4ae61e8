import { describe, expect, it } from 'vitest'
import { checkRequest } from '../src/request-check.ts'

const check = (rawHeaders: string[], more: { target?: string; httpVersion?: string } = {}) =>
  checkRequest({ method: 'POST', target: '/', httpVersion: '1.1', rawHeaders, ...more })

describe('checkRequest', () => {
  it.each([
    [['Host', 'a', 'Content-Length', '5', 'Transfer-Encoding', 'chunked']],
    [['Host', 'a', 'Content-Length', '5', 'content-length', '5']],
    [['Host', 'a', 'Transfer-Encoding', 'chunked', 'transfer-encoding', 'chunked']],
    [['Host', 'a', 'Transfer-Encoding', 'identity, chunked']],
    [['Host', 'a', 'Transfer-Encoding', 'chunked ']],
    [['Host', 'a', 'Transfer-Encoding', '\x0bchunked']],
    [['Host', 'a', 'Content-Length', '+5']],
    [['Host', 'a', 'Content-Length', '5, 5']],
    [['Host', 'a', 'Content-Length', '0x5']],
    [['Host', 'a', 'Content-Length', '']],
    [['Host', 'a', 'Content-Length', '9'.repeat(20)]],
    [['Host', 'a', 'host', 'b']],
    [['Host', '']],
    [['Host', 'a..b']],
    [['Host', 'a%62']],
    [['Host', `${'a'.repeat(255)}`]],
    [['Host', 'a b']],
    [['Host', 'a/b']],
    [['Host', 'a@b']],
    [['Host', 'a"b']],
    [['Host', 'a:b']],
    [['Host', 'a:123456']],
    [['Host', '[::1']],
  ])('refuses %j', (rawHeaders) => {
    expect(check(rawHeaders).refused).toBeTypeOf('string')
  })

  it.each([
    '*',
    'x',
    '',
    '//\u0000',
    '/a b',
    '/a#b',
    '/\u0100',
    'ftp://a/',
    'a:80',
    '/.',
    '/a/..',
    '/a/%2E./b',
    '/a/.%2e?x',
    '/a%2Fb',
    '/a%2fb',
    '/%00',
    '/%',
    '/%4',
    '/%zz',
    '/\u00e9',
    '/a?\u00e9',
    '/a?b#c',
    'http://a/../b',
  ])('refuses the target %j', (target) => {
    expect(check(['Host', 'a'], { target }).refused).toBeTypeOf('string')
  })

  it.each([
    '/a?/../b',
    '/a?%2f%00%',
    '/...',
    '/.a',
    '/a..',
    '//a',
    '/a%25',
    '/%c3%a9',
    '/%2e%2e%2e',
  ])('lets %j through as it is', (target) => {
    expect(check(['Host', 'a'], { target })).toMatchObject({ path: target })
  })

  it('refuses chunks in HTTP/1.0', () => {
    const rawHeaders = ['Transfer-Encoding', 'chunked']
    expect(check(rawHeaders, { httpVersion: '1.0' }).refused).toBeTypeOf('string')
  })

  it('tells the host, the path and whether there is a body', () => {
    expect(check(['Host', 'a:80', 'Content-Length', '5'])).toEqual({
      host: 'a:80',
      path: '/',
      body: 'present',
    })
    expect(check(['Host', 'a', 'Transfer-Encoding', 'Chunked'])).toMatchObject({ body: 'present' })
    expect(check(['Host', 'a', 'Content-Length', '0'])).toMatchObject({ body: 'none' })
    expect(check([]).refused).toBeTypeOf('string')
    expect(check([], { httpVersion: '1.0' })).toEqual({ host: '', path: '/', body: 'none' })
  })

  it('takes the host from the URL in a target, and refuses another Host beside it', () => {
    expect(check(['Host', 'b:81'], { target: 'http://b:81/x?y' })).toMatchObject({
      host: 'b:81',
      path: '/x?y',
    })
    expect(check(['Host', 'b'], { target: 'HTTP://B?y' })).toMatchObject({ host: 'B', path: '/?y' })
    expect(check(['Host', 'a'], { target: 'http://b/' }).refused).toBeTypeOf('string')
    expect(check(['Host', 'u@b'], { target: 'http://u@b/' }).refused).toBeTypeOf('string')
  })
})
