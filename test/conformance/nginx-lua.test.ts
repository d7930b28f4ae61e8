import { conformanceOf } from './harness/suite.ts'

conformanceOf('nginx-lua')
