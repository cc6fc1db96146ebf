import { common } from './zh-CN/common'
import { editor } from './zh-CN/editor'
import { errors } from './zh-CN/errors'
import { preview } from './zh-CN/preview'
import { signin } from './zh-CN/signin'
import { time } from './zh-CN/time'

/**
 * Every sentence of the console, one group per module. A module adds its file under `zh-CN/` and a line here;
 * a sentence with a value in it is a function, so a missing value fails the type check.
 */
export const zh = { common, editor, errors, preview, signin, time }
