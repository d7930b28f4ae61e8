import { describe, expect, it } from 'vitest'
import { isWithin, joinPath, nodeName, parentPath, pathProblem } from '../../src/protocol/index.ts'

describe('pathProblem', () => {
  it.each(['/', '/a', '/a/b', '/a.b', '/..a', '/ünï/漢字', '/a b'])('accepts %s', (path) => {
    expect(pathProblem(path)).toBeUndefined()
  })

  it.each([
    ['', 'it is empty'],
    ['a', 'it does not begin with "/"'],
    ['/a/', 'it ends in "/"'],
    ['//a', 'it has an empty segment'],
    ['/a//b', 'it has an empty segment'],
    ['/.', '"." is not a name'],
    ['/a/../b', '".." is not a name'],
    ['/a\u0000', 'it holds the character 0x00'],
    ['/a\u001f', 'it holds the character 0x1f'],
    ['/a\u0080', 'it holds the character 0x80'],
    ['/\ud83d\ude00', 'it holds the character 0xd83d'],
    ['/\ufff0', 'it holds the character 0xfff0'],
  ])('refuses %j: %s', (path, problem) => {
    expect(pathProblem(path)).toBe(problem)
  })

  it('lets a sequential path end in "/", but not in "//"', () => {
    expect(pathProblem('/a/', { sequential: true })).toBeUndefined()
    expect(pathProblem('/a/.', { sequential: true })).toBeUndefined()
    expect(pathProblem('/a//', { sequential: true })).toBe('it has an empty segment')
  })
})

describe('path arithmetic', () => {
  it('goes up, down and within', () => {
    expect(parentPath('/a/b')).toBe('/a')
    expect(parentPath('/a')).toBe('/')
    expect(parentPath('/')).toBe('/')
    expect(nodeName('/a/b')).toBe('b')
    expect(nodeName('/')).toBe('')
    expect(joinPath('/', 'a')).toBe('/a')
    expect(joinPath('/a', 'b')).toBe('/a/b')
    expect(isWithin('/a/b', '/a')).toBe(true)
    expect(isWithin('/ab', '/a')).toBe(false)
    expect(isWithin('/a', '/')).toBe(true)
  })
})
