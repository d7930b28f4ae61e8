import { conformanceOf } from './harness/suite.ts'

conformanceOf('builtin')
