import { accounts } from './zh-CN/accounts'
import { applications } from './zh-CN/applications'
import { articles } from './zh-CN/articles'
import { calendar } from './zh-CN/calendar'
import { columns } from './zh-CN/columns'
import { common } from './zh-CN/common'
import { contractors } from './zh-CN/contractors'
import { dashboard } from './zh-CN/dashboard'
import { deliveries } from './zh-CN/deliveries'
import { duties } from './zh-CN/duties'
import { editor } from './zh-CN/editor'
import { errors } from './zh-CN/errors'
import { grants } from './zh-CN/grants'
import { imports } from './zh-CN/imports'
import { notices } from './zh-CN/notices'
import { observing } from './zh-CN/observing'
import { platforms } from './zh-CN/platforms'
import { password } from './zh-CN/password'
import { people } from './zh-CN/people'
import { plan } from './zh-CN/plan'
import { preview } from './zh-CN/preview'
import { reconcile } from './zh-CN/reconcile'
import { register } from './zh-CN/register'
import { reminders } from './zh-CN/reminders'
import { rulebooks } from './zh-CN/rulebooks'
import { series } from './zh-CN/series'
import { signin } from './zh-CN/signin'
import { tasks } from './zh-CN/tasks'
import { time } from './zh-CN/time'
import { units } from './zh-CN/units'
import { words } from './zh-CN/words'

/**
 * Every sentence of the console, one group per module. A module adds its file under `zh-CN/` and a line here;
 * a sentence with a value in it is a function, so a missing value fails the type check.
 */
export const zh = {
  accounts,
  applications,
  articles,
  calendar,
  columns,
  common,
  contractors,
  dashboard,
  deliveries,
  duties,
  editor,
  errors,
  grants,
  imports,
  notices,
  observing,
  platforms,
  password,
  people,
  plan,
  preview,
  reconcile,
  register,
  reminders,
  rulebooks,
  series,
  signin,
  tasks,
  time,
  units,
  words,
}
